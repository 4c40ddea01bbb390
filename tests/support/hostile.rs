//! What hostile or unlucky people send: every class of text that has broken some inbox or terminal program.
//!
//! Data only, usable by every test: the same inputs go through sanitizing, measuring, drawing, pasting and sending.

#![allow(dead_code, reason = "each test takes the classes that concern it")]

/// One class of fault and the inputs that show it.
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) texts: &'static [&'static str],
}

/// Control sequences that would drive a terminal, whole and cut short.
pub(crate) const CONTROL: Class = Class {
    name: "control injection",
    texts: &[
        "\u{1b}[2J",
        "\u{1b}[6n",
        "\u{1b}c",
        "\u{1b}]0;x\u{7}",
        "\u{1b}]52;c;cm0=\u{7}",
        "\u{1b}]8;;http://e/\u{1b}\\link\u{1b}]8;;\u{1b}\\",
        "\u{1b}P+q544e\u{1b}\\",
        "\u{1b}_Gi=1;AAAA\u{1b}\\",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{9b}31m",
        "\u{9d}0;x\u{9c}",
        "before\u{1b}]0;never ended and then more words",
        "\u{1b}",
        "over\rwritten",
        "abc\u{8}\u{8}\u{8}xyz",
        "a\tb\tc",
        "nul\0nul",
        "\u{7f}\u{7f}",
        "\u{85}next line",
        "x\u{7}\u{1b}]0;y\u{7}",
        "two\u{b}vertical\u{c}feeds",
    ],
};

/// Text that is hidden, out of order, or stacked over its neighbours.
pub(crate) const HIDDEN: Class = Class {
    name: "hidden or reordered text",
    texts: &[
        "pay \u{202e}00.1$\u{202c} now",
        "\u{2066}isolated\u{2069}",
        "\u{202a}\u{202b}\u{202d}embedded",
        "pass\u{200b}word",
        "\u{3164}",
        "\u{115f}\u{1160}\u{ffa0}",
        "\u{200d}",
        "\u{200e}\u{200f}\u{61c}",
        "\u{e0061}\u{e0062}\u{e0063}",
        "\u{1F3F4}\u{e0068}\u{e0065}\u{e006c}\u{e006c}\u{e006f}\u{e007f}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\
         \u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\
         \u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}z",
        "\u{301}leading mark",
        "\u{FDFD}",
        "one\u{2028}two\u{2029}three",
        "soft\u{ad}hyphen \u{feff}bom \u{2060}joiner \u{180e}vowel",
        "\u{fff9}note\u{fffa}under\u{fffb}",
        "\u{2800}\u{2800}",
        "\u{17D8}",
    ],
};

/// Clusters about whose width terminals disagree, or whose second half stays behind.
pub(crate) const WIDTH: Class = Class {
    name: "width drift and ghosts",
    texts: &[
        "\u{2764}\u{FE0F}",
        "\u{2764}\u{FE0F}\u{2764}\u{FE0F}",
        "\u{267B}\u{FE0F}\u{267B}\u{FE0F}",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}",
        "\u{1F469}\u{200D}\u{1F52C}",
        "\u{1F481}\u{200D}\u{2640}\u{FE0F}",
        "\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}",
        "\u{1F1E9}",
        "\u{1F1E9}\u{1F1EA}\u{1F1EB}",
        "\u{1F3F4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        "1\u{FE0F}\u{20E3}",
        "\u{1F972}\u{1F3FB}\u{1F972}\u{1F3FB}\u{1F972}\u{1F3FB}\u{1F972}\u{1F3FB}\u{1F972}\u{1F3FB}\u{1F972}\u{1F3FB}",
        "\u{1F44D}\u{1F3FB}",
        "\u{1F639}\u{1F639}\u{1F639}\u{1F639}\u{1F639}\u{1F639}\u{1F639}",
        "\u{1F3D5}\u{FE0F}",
        "\u{1F171}\u{FE0F}",
        "\u{263A}\u{FE0F}",
        "\u{231A}\u{FE0E}",
        "\u{E0B0}\u{F015}",
        "\u{1FAE8}\u{1FADF}",
        "\u{FF76}\u{FF9E}\u{FF8A}\u{FF9F}",
        "\u{915}\u{94D}\u{937}\u{940} \u{928}\u{92E}\u{938}\u{94D}\u{924}\u{947}",
        "\u{E2A}\u{E27}\u{E31}\u{E2A}\u{E14}\u{E35} \u{E01}\u{E33}",
        "\u{1100}\u{1161}\u{11A8}\u{1100}\u{1100}\u{1161}",
        "\u{644}\u{627}",
        "\u{5E9}\u{5C1}\u{5B8}\u{5DC}\u{5D5}\u{5B9}\u{5DD}",
    ],
};

/// Wide characters at every edge.
pub(crate) const WIDE: Class = Class {
    name: "wide cells",
    texts: &["漢字", "a漢字", "ab漢字漢字漢字", "写作业", "한국어 입력", "ｆｕｌｌ", "、。「」"],
};

/// Characters of several bytes at every cut.
pub(crate) const BYTES: Class = Class {
    name: "byte offsets",
    texts: &[
        "an em dash — at the cut",
        "grüße über Ähren",
        "тест",
        "İstanbul",
        "🙂🙃🙂🙃",
        "ﬁne ligature",
        "ẞ ß ŉ ǰ ΐ",
    ],
};

/// Pastes that would send, end themselves, or come back as keys.
pub(crate) const PASTE: Class = Class {
    name: "accidental send",
    texts: &[
        "one\ntwo\nthree\nfour\nfive\nsix\nseven",
        "secret\n",
        "a\rb\r",
        "rm -rf x\n\u{1b}[201~",
        "a\u{1b}[201~\rqy",
        "first\u{1b}[200~second",
        "grün\r\nüber\r\n",
        "all: x.o\n\tcc -o x x.o\n\nx.o:\n\tcc -c x.c\n",
    ],
};

/// Every class of text that fits in a source file; [`big`] makes the rest.
pub(crate) const CLASSES: &[Class] = &[CONTROL, HIDDEN, WIDTH, WIDE, BYTES, PASTE];

/// Every text with the name of its class.
pub(crate) fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    CLASSES.iter().flat_map(|class| class.texts.iter().map(|text| (class.name, *text)))
}

/// Inputs that are only large: one line of a megabyte of each kind, and a hundred thousand lines.
pub(crate) fn big() -> Vec<(&'static str, String)> {
    let megabyte = |unit: &str| unit.repeat(1_000_000 / unit.len());
    vec![
        ("one line of words", megabyte("some words of usual length ")),
        ("one line without a space", megabyte("x")),
        ("one line of ideographs", megabyte("漢字")),
        ("one line of families", megabyte("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} ")),
        ("one line of flags", megabyte("\u{1F1E9}\u{1F1EA}")),
        ("one letter under marks", format!("a{}", megabyte("\u{301}"))),
        ("one chain of joined emoji", megabyte("\u{1F469}\u{200D}")),
        ("one chain of conjuncts", megabyte("\u{915}\u{94D}")),
        ("one chain of Hangul leads", megabyte("\u{1100}")),
        ("one chain of prefixes", megabyte("\u{600}")),
        ("one line of spaces", megabyte(" ")),
        ("one line of tabs", megabyte("\t")),
        ("one line of escapes", megabyte("\u{1b}[0m")),
        ("a hundred thousand lines", "a line\n".repeat(100_000)),
    ]
}
