//! Manifests and catalogs: canonical JSON.

use crate::corpus::Corpus;
use crate::mutate::{self, any, number, place};
use rejoin::backup::{Catalog, Manifest};
use rejoin::base::Rng;

/// A manifest or a catalog with lines, numbers and words changed.
pub fn make(corpus: &Corpus, random: &mut Rng) -> Vec<u8> {
    let mut text = any(random, &corpus.manifests).clone();
    match random.below(6) {
        0 => {}
        1 => mutate::bytes(random, &mut text, &corpus.manifests[0]),
        _ => {
            let mut lines: Vec<Vec<u8>> =
                text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            for _ in 0..1 + random.below(3) {
                line(random, &mut lines);
            }
            text = lines.concat();
        }
    }
    text
}

fn line(random: &mut Rng, lines: &mut Vec<Vec<u8>>) {
    let (at, other) = (place(random, lines.len()), place(random, lines.len()));
    if lines.is_empty() {
        return;
    }
    match random.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        _ => {
            // The value of a line: another number, another line's value, or a byte.
            let line = &lines[at];
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
            let (key, rest) = line.split_at(colon + 1);
            let comma = if rest.ends_with(b",\n") { ",\n" } else { "\n" };
            let value = match random.below(5) {
                0 => format!(" {}{comma}", number(random)),
                1 => format!(" \"{}\"{comma}", number(random)),
                2 => {
                    (*any(
                        random,
                        &[" null", " true", " []", " {}", " \"\"", " 1.5", " 1e3", " [[", " \"\\ud800\""],
                    ))
                    .to_owned()
                        + comma
                }
                _ => {
                    let other = &lines[other];
                    let colon = other.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
                    String::from_utf8_lossy(&other[colon..]).into_owned()
                }
            };
            lines[at] = [key, value.as_bytes()].concat();
        }
    }
}

/// What is read is written again to the byte.
pub fn read(bytes: &[u8]) -> bool {
    let manifest = Manifest::parse(bytes).map(|manifest| manifest.to_bytes());
    let catalog = Catalog::parse(bytes).map(|catalog| catalog.to_bytes());
    for written in [&manifest, &catalog].into_iter().flatten() {
        assert!(written == bytes, "it is written otherwise");
    }
    manifest.is_ok() || catalog.is_ok()
}
