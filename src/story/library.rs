//! The stories that come with Rejoin: one file each in `static/stories/`, one line each here.

/// A story that comes with Rejoin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its name: the file's, without its end.
    pub name: &'static str,
    /// Its title in a list.
    pub title: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All of them; the first is the page's default scene.
pub const LIBRARY: &[Example] = &[Example {
    name: "first-light",
    title: "First light",
    text: include_str!("../../static/stories/first-light.story"),
}];
