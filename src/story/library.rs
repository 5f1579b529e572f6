//! The stories that come with the laboratory. A story is one file in `static/stories` and one line here; its golden
//! result is in `tests/stories`.

/// A story of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// Its title: the first comment of its text.
    pub title: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All stories; the first one is the default scene.
pub const LIBRARY: &[Example] = &[
    Example {
        name: "first-light",
        title: "Three consumers share a topic",
        text: include_str!("../../static/stories/first-light.story"),
    },
    Example {
        name: "a-consumer-dies",
        title: "A consumer dies without a goodbye",
        text: include_str!("../../static/stories/a-consumer-dies.story"),
    },
    Example {
        name: "the-drill",
        title: "The drill: a backup, a loss, a restore in four steps",
        text: include_str!("../../static/stories/the-drill.story"),
    },
    Example {
        name: "the-moment-before",
        title: "The moment before: a chain of backups, and a restore between two of them",
        text: include_str!("../../static/stories/the-moment-before.story"),
    },
    Example {
        name: "shared-work",
        title: "A share group: records go to whoever is free",
        text: include_str!("../../static/stories/shared-work.story"),
    },
];
