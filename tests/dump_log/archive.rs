//! The logs of a real broker, and what Kafka 4.3.1 says of them: `tests/vectors/logs.tar.gz`.
//!
//! | folder | holds |
//! |---|---|
//! | `segments/<topic>-<p>/` | the broker's files as they were |
//! | `expected/<topic>-<p>/` | `<file>.<variant>.txt`, `.err`, `.exit`: what `kafka-dump-log.sh` printed and how it ended |
//! | `corrupt/<case>/`, `corrupt/expected/<case>/` | the same of damaged copies; `corrupt/cases.jsonl` says what was done |

use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

/// Every file, by its path.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/logs.tar.gz");
    let mut tar = Vec::new();
    GzDecoder::new(File::open(path).expect("the archive")).read_to_end(&mut tar).expect("gzip");
    let mut files = BTreeMap::new();
    let mut rest = &tar[..];
    // A header of 512 bytes, then the file, filled up to a multiple of that; an empty header ends the archive.
    while let Some((header, after)) = rest.split_first_chunk::<512>().filter(|(header, _)| header[0] != 0) {
        let text = |from: usize, bytes: usize| {
            let field = &header[from..from + bytes];
            let end = field.iter().position(|&byte| byte == 0).unwrap_or(bytes);
            String::from_utf8(field[..end].to_vec()).expect("text")
        };
        let size = usize::from_str_radix(text(124, 12).trim(), 8).expect("an octal number");
        let (file, _) = after.split_at(size);
        if header[156] == b'0' {
            assert_eq!(text(345, 155), "", "short names need no prefix");
            files.insert(text(0, 100), file.to_vec());
        }
        rest = &after[size.next_multiple_of(512)..];
    }
    files
}
