//! Saving a visitor's file: the name it gets, and writing it down (security, S14).
//!
//! A name is one component that no system reads as anything else; a file is made new, for its owner alone. Never
//! overwrites, never follows a link that lies there, never opens what it saved.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::text::{graphemes, is_forbidden};

/// The most bytes of a name.
pub const MOST_NAME_BYTES: usize = 120;
/// A file whose name says nothing.
const NAMELESS: &str = "file";
/// The most bytes of an ending, dot included, that are kept when a name is cut.
const MOST_ENDING_BYTES: usize = 16;
/// The most numbers that are tried behind a name that is taken.
const MOST_NUMBERS: u32 = 999;
/// Names of devices where another system reads the disk, whatever ending they have.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];
/// The same with a number behind them.
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];

/// A name for a file, made from what a visitor wrote: one component, at most [`MOST_NAME_BYTES`], without separators,
/// control or invisible characters, leading dot or reserved name. Making it again changes nothing.
#[must_use]
pub fn safe_name(wanted: &str) -> String {
    // A path's last part, whichever system wrote it.
    let last = wanted.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let is_odd = |char: char| {
        is_forbidden(char) || char.is_control() || matches!(char, ':' | '*' | '?' | '"' | '<' | '>' | '|' | '/' | '\\')
    };
    let is_direction = |char: char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{61c}');
    // Only a name's beginning matters: no name of a megabyte is gone through.
    let name: String = last
        .chars()
        .take(4 * MOST_NAME_BYTES)
        .filter(|char| !is_direction(*char))
        .map(|char| if is_odd(char) || (char.is_whitespace() && char != ' ') { '_' } else { char })
        .collect();
    let mut name = shortened(trimmed(&name), "");
    if name.chars().all(|char| char == '_' || char == ' ' || char == '.') {
        NAMELESS.clone_into(&mut name);
    }
    // A leading dash is an option to a shell's `rm *`, a leading tilde is a home.
    if name.starts_with(['-', '~']) || is_reserved(&name) {
        name = shortened(trimmed(&format!("_{name}")), "");
    }
    name
}

/// Without what no name may begin or end with.
fn trimmed(name: &str) -> &str {
    name.trim_start_matches(['.', ' ']).trim_end_matches(['.', ' '])
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |device: &&str| -> bool {
        let rest = stem.strip_prefix(*device).unwrap_or_default();
        rest.chars().count() == 1
            && rest.chars().all(|char| char.is_ascii_digit() || "\u{b9}\u{b2}\u{b3}".contains(char))
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(numbered)
}

/// The name with this between stem and ending, cut in the stem so that it fits.
fn shortened(name: &str, between: &str) -> String {
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot <= MOST_ENDING_BYTES).unwrap_or(name.len());
    let (stem, ending) = name.split_at_checked(dot).unwrap_or((name, ""));
    let room = MOST_NAME_BYTES.saturating_sub(between.len() + ending.len());
    let mut kept = String::new();
    for (cluster, _) in graphemes(stem) {
        if kept.len() + cluster.len() > room {
            break;
        }
        kept.push_str(cluster);
    }
    if kept.is_empty() && !stem.is_empty() {
        kept.push('_');
    }
    format!("{}{between}{ending}", kept.trim_end_matches([' ', '.']))
}

/// The name that a file at this URL has by itself: its path's last part, as it is written there.
#[must_use]
pub fn name_in(url: &str) -> String {
    let last = url::Url::parse(url).ok().and_then(|url| url.path_segments()?.next_back().map(str::to_owned));
    last.unwrap_or_default()
}

/// Writes a new file of this name into the folder, which is made if it is missing; a name that is taken gets a number
/// behind it. Returns where it lies.
///
/// # Errors
/// What the system says; nothing is left behind then.
pub fn save_new(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = safe_name(name);
    for number in 1..=MOST_NUMBERS {
        let between = if number == 1 { String::new() } else { format!(" ({number})") };
        let path = folder.join(shortened(&name, &between));
        // Made new: what lies there is neither written to nor followed.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => {
                return match fill(file, bytes) {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        // It is ours, and half a file under a whole one's name would deceive.
                        let _ = std::fs::remove_file(&path);
                        Err(error)
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_one_harmless_component() {
        for (wanted, name) in [
            ("damage.jpg", "damage.jpg"),
            ("Rechnung M\u{e4}rz 2025.pdf", "Rechnung M\u{e4}rz 2025.pdf"),
            ("../../x", "x"),
            ("..\\..\\windows\\x.exe", "x.exe"),
            ("/etc/passwd", "passwd"),
            ("a/b/", "b"),
            ("..", "file"),
            ("", "file"),
            ("   ", "file"),
            (".bashrc", "bashrc"),
            (". .profile", "profile"),
            ("x.jpg. . ", "x.jpg"),
            ("-rf", "_-rf"),
            ("~root", "_~root"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("Com1.tar.gz", "_Com1.tar.gz"),
            ("LPT\u{b9}", "_LPT\u{b9}"),
            ("com10.txt", "com10.txt"),
            ("console.log", "console.log"),
            ("a:b*c?d\"e<f>g|h", "a_b_c_d_e_f_g_h"),
            ("x\0y\u{1b}[2J\n\tz\u{7f}\u{9b}", "x_y_[2J__z__"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("a\u{200b}\u{2066}b\u{200e}\u{feff}", "a__b_"),
            ("a\u{a0}b\u{2003}c", "a_b_c"),
        ] {
            assert_eq!(safe_name(wanted), name, "{wanted:?}");
        }
    }

    #[test]
    fn a_long_name_loses_its_middle_never_its_ending_nor_half_a_character() {
        let long = format!("{}.jpeg", "\u{fc}".repeat(200));
        let name = safe_name(&long);
        assert!(name.len() <= MOST_NAME_BYTES && name.ends_with("\u{fc}.jpeg"), "{name}");
        let family = format!("{}.png", "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}".repeat(20));
        let name = safe_name(&family);
        assert!(name.ends_with("\u{1f467}.png") && name.len() <= MOST_NAME_BYTES, "{name}");
        assert_eq!(safe_name(&format!("a.{}", "b".repeat(300))).len(), MOST_NAME_BYTES);
    }

    #[test]
    fn a_url_without_a_name_gives_its_last_part() {
        assert_eq!(name_in("https://files.example/a/b.png?x=/c.exe#/d"), "b.png");
        assert_eq!(name_in("https://files.example/a%2Fb%00.png"), "a%2Fb%00.png");
        assert_eq!((name_in("https://files.example"), name_in("nonsense")), (String::new(), String::new()));
    }

    #[test]
    fn a_file_is_made_new_for_its_owner_and_a_taken_name_gets_a_number() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("Downloads");
        for (name, bytes) in [("a.png", "one"), ("a (2).png", "two"), ("a (3).png", "three")] {
            let path = save_new(&folder, "../a.png", bytes.as_bytes()).unwrap();
            assert_eq!(path, folder.join(name));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), bytes);
            assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_to_string(folder.join("a.png")).unwrap(), "one");
        assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
        let long = format!("{}.png", "x".repeat(300));
        save_new(&folder, &long, b"").unwrap();
        let second = save_new(&folder, &long, b"").unwrap();
        let second = second.file_name().unwrap().to_str().unwrap();
        assert!(second.ends_with("x (2).png") && second.len() <= MOST_NAME_BYTES, "{second}");
    }

    #[test]
    fn a_link_that_lies_there_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let precious = home.path().join("precious");
        let folder = home.path().join("downloads");
        std::fs::create_dir(&folder).unwrap();
        symlink(&precious, folder.join("a.txt")).unwrap();
        assert_eq!(save_new(&folder, "a.txt", b"x").unwrap(), folder.join("a (2).txt"));
        assert!(!precious.exists());
        std::fs::write(home.path().join("file"), "").unwrap();
        assert!(save_new(&home.path().join("file"), "a.txt", b"x").is_err());
    }

    proptest! {
        #[test]
        fn every_name_stays_one_short_visible_component(wanted in "\\PC*|[ -~./\\\\]{0,40}|(?s).{0,300}|(con|nul|[.]){1,3}.{0,5}") {
            let name = safe_name(&wanted);
            prop_assert!((1..=MOST_NAME_BYTES).contains(&name.len()), "{name:?}");
            prop_assert!(!name.starts_with(['.', '-', '~', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
            prop_assert!(!name.chars().any(|c| c.is_control() || is_forbidden(c) || "/\\:*?\"<>|".contains(c)));
            prop_assert!(!is_reserved(&name), "{name:?}");
            prop_assert_eq!(Path::new(&name).components().count(), 1);
            prop_assert_eq!(safe_name(&name), name);
        }

        #[test]
        fn a_number_behind_a_name_keeps_it_safe(wanted in "\\PC{0,200}", number in 2..1_000_u32) {
            let numbered = shortened(&safe_name(&wanted), &format!(" ({number})"));
            prop_assert_eq!(safe_name(&numbered), numbered.clone());
            let marked = format!("({number})");
            prop_assert!(numbered.contains(&marked));
        }
    }
}
