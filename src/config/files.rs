//! Where the files are, and reading them. Never the working directory: a folder of the person's own, or a path that the
//! person named (security, S27).

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The most bytes of one file.
pub const LIMIT: usize = 1024 * 1024;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// A file.
    Text {
        /// What is in it.
        bytes: Vec<u8>,
        /// Who else may write it, if anyone may, and what to do about it.
        shared: Option<String>,
    },
    /// Something that can't be read, and why.
    Unreadable(String),
}

/// The folder of the configuration, from `XDG_CONFIG_HOME` and `HOME` (XDG base directories: a value that is no absolute
/// path counts as none). None if neither tells.
#[must_use]
pub fn folder(xdg_config_home: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let absolute = |path: Option<&Path>| path.filter(|path| path.is_absolute()).map(Path::to_path_buf);
    let base = absolute(xdg_config_home).or_else(|| Some(absolute(home)?.join(".config")))?;
    Some(base.join("takeover"))
}

/// Reads what is at a path, at most [`LIMIT`] bytes of it.
#[must_use]
pub fn read(path: &Path) -> Found {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Found::Missing,
        Err(error) => return Found::Unreadable(error.to_string()),
    };
    // Whatever else it is could keep the start waiting; /dev/null is a way to say "none".
    if metadata.is_dir() {
        return Found::Unreadable("it is a folder".to_owned());
    }
    if path == Path::new("/dev/null") {
        return Found::Text { bytes: Vec::new(), shared: None };
    }
    if !metadata.is_file() {
        return Found::Unreadable("it is not a usual file".to_owned());
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    match File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)) {
        Ok(_) if bytes.len() > LIMIT => Found::Unreadable("it is larger than 1 MiB".to_owned()),
        Ok(_) => Found::Text { bytes, shared: shared(path) },
        Err(error) => Found::Unreadable(error.to_string()),
    }
}

/// Who else may change what is at a path, by the file or by the folder it really lies in.
fn shared(path: &Path) -> Option<String> {
    judge(path).unwrap_or_else(|error| Some(format!("who else can write it can't be told ({error})")))
}

fn judge(path: &Path) -> std::io::Result<Option<String>> {
    let real = std::fs::canonicalize(path)?;
    let me = rustix::process::geteuid().as_raw();
    for (part, what) in [(Some(real.as_path()), "file"), (real.parent(), "folder")] {
        let Some(part) = part else { continue };
        let metadata = std::fs::metadata(part)?;
        if metadata.uid() != me && metadata.uid() != 0 {
            return Ok(Some(format!("the {what} belongs to another user: make one of your own")));
        }
        // A sticky folder lets nobody replace another's file.
        let sticky = what == "folder" && metadata.mode() & 0o1000 != 0;
        if metadata.mode() & 0o022 != 0 && !sticky {
            return Ok(Some(format!("others can write the {what}: take that right away with chmod go-w")));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_folder_is_the_persons_own_and_never_relative() {
        let of = |xdg: &'static str, home: &'static str| folder(Some(Path::new(xdg)), Some(Path::new(home)));
        assert_eq!(of("/x", "/h"), Some(PathBuf::from("/x/takeover")));
        assert_eq!(of("x", "/h"), Some(PathBuf::from("/h/.config/takeover")));
        assert_eq!(of("", "h"), None);
        assert_eq!(folder(None, None), None);
    }

    #[test]
    fn only_usual_files_of_a_usual_size_are_read() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        assert_eq!(read(&path), Found::Missing);
        assert!(matches!(read(home.path()), Found::Unreadable(_)));
        assert!(matches!(read(Path::new("/dev/zero")), Found::Unreadable(_)));
        std::fs::write(&path, vec![b'#'; LIMIT]).unwrap();
        assert!(matches!(read(&path), Found::Text { bytes, .. } if bytes.len() == LIMIT));
        std::fs::write(&path, vec![b'#'; LIMIT + 1]).unwrap();
        assert!(matches!(read(&path), Found::Unreadable(_)));
    }

    #[test]
    fn a_file_or_a_folder_that_others_can_write_is_known() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("f");
        std::fs::write(&path, "").unwrap();
        let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        for (folder, file, known) in [
            (0o700, 0o600, false),
            (0o755, 0o644, false),
            (0o700, 0o620, true),
            (0o770, 0o600, true),
            (0o777, 0o600, true),
            (0o700, 0o602, true),
        ] {
            set(home.path(), folder);
            set(&path, file);
            assert_eq!(shared(&path).is_some(), known, "{folder:o} {file:o}");
        }
    }
}
