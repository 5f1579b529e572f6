//! `import file=rejoin-20260101-000030F.zip`: the backups of an archive.

use super::{Command, Spec};
use crate::story::args::{Args, Name};
use crate::story::words::Words;
use std::fmt;

pub(super) const SPEC: Spec = Spec {
    word: "import",
    syntax: "import file=NAME [sha256=DIGEST]",
    help: "Takes in all backups of an archive, or none when anything in it is wrong. The canonical line holds the \
           file's SHA-256, and another file is refused.",
    parse,
};

/// Takes in the backups of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// The file's name, without a folder.
    pub file: Name,
    /// SHA-256 of the file, 64 hexadecimal digits; `None`: any file.
    pub sha256: Option<Name>,
}

fn parse(args: &mut Args) -> Command {
    let file = args.required("file", "file=NAME").map_or_else(|| "".into(), |word| args.as_file(&word));
    let sha256 = args.value("sha256").map(|word| args.as_digest(&word));
    Command::Import(Import { file, sha256 })
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Words::new(f, "import").named("file", &self.file).maybe("sha256", self.sha256.as_deref()).end()
    }
}
