//! Damage: any change of any byte is found, and the right file is named.

use crate::both::{streamed, verify_file};
use crate::pack::Pack;
use crate::scene::Scene;
use rejoin::backup::archive::{self, ImportError};
use rejoin::backup::{MemoryStore, Report};

/// An archive of a small scene.
pub fn reference() -> Vec<u8> {
    let mut store = MemoryStore::new();
    let label = Scene::small().full(&mut store);
    archive::write(&store, &[label]).expect("a sound backup")
}

fn damaged(bytes: &[u8]) -> Report {
    assert_eq!(streamed(bytes), None, "piece by piece");
    match archive::read(bytes) {
        Err(ImportError::Damaged(report)) => report,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was taken in"),
    }
}

#[test]
fn others_read_what_is_written_and_write_what_is_read() {
    let archive = reference();
    assert!(archive.len() <= 64 << 10, "{} bytes", archive.len());
    assert_eq!(Pack::open(&archive).bytes(), archive);
}

/// Flips a bit in every fourth byte, and says how many were found.
fn flip(from: usize) {
    let archive = reference();
    let places = Pack::places(&archive);
    let mut flipped = archive.clone();
    for at in (from..archive.len()).step_by(4) {
        flipped[at] ^= 1 << (at / 4 % 8);
        let owner = places.iter().find(|(_, parts)| parts.iter().any(|part| part.contains(&at)));
        let owner = owner.map_or("The archive's end", |(name, _)| name);
        let report = damaged(&flipped);
        let named: Vec<&str> = report.findings.iter().map(|finding| &*finding.place).collect();
        assert_eq!(named, [owner], "byte {at}: {report}");
        flipped[at] = archive[at];
    }
    assert_eq!(flipped, archive);
    println!("{} of {} bytes flipped", (from..archive.len()).step_by(4).count(), archive.len());
}

#[test]
fn a_flipped_bit_in_every_byte_is_found_and_its_file_is_named_1() {
    flip(0);
}

#[test]
fn a_flipped_bit_in_every_byte_is_found_and_its_file_is_named_2() {
    flip(1);
}

#[test]
fn a_flipped_bit_in_every_byte_is_found_and_its_file_is_named_3() {
    flip(2);
}

#[test]
fn a_flipped_bit_in_every_byte_is_found_and_its_file_is_named_4() {
    flip(3);
}

#[test]
fn a_cut_at_every_length_is_refused() {
    let archive = reference();
    for length in 0..archive.len() {
        let refused = archive::read(&archive[..length]).expect_err("a part is not the whole");
        assert_eq!(streamed(&archive[..length]), None, "piece by piece");
        match refused {
            ImportError::NotAnArchive(why) => assert_eq!((length, &*why), (0, "it is empty")),
            ImportError::Damaged(report) => {
                let first = &report.findings[0];
                let cut = first.what.starts_with(&format!("is cut: it ends after {length} bytes"));
                assert!(&*first.place == "The archive" && cut, "{length}: {report}");
            }
            other => panic!("{length}: {other}"),
        }
    }
    println!("{} cuts", archive.len());
}

#[test]
fn bytes_before_and_after_are_refused() {
    let archive = reference();
    for more in 1..=64 {
        for filler in [0u8, b'P', 0xff] {
            let filler = vec![filler; more];
            let after = damaged(&[&archive[..], &filler].concat());
            let expected = format!("The archive goes on after its end ({more} bytes).");
            assert_eq!(after.findings[0].to_string(), expected);
            let before = damaged(&[&filler, &archive[..]].concat());
            assert_eq!(
                before.findings[0].to_string(),
                format!("The archive has {more} bytes before its beginning.")
            );
        }
    }
}

/// Bytes changed, moved, doubled and dropped, up to eight times over: lengths, counts and places among them.
#[test]
fn random_damage_is_never_taken_in_and_never_a_panic() {
    let archive = reference();
    let mut random = rejoin::base::Rng::new(11);
    let mut draw = |bound: usize| random.below(bound as u64) as usize;
    for case in 0..3000 {
        let mut bytes = archive.clone();
        for _ in 0..=draw(8) {
            // Half of the time near the end, where counts and places are.
            let at =
                if draw(2) == 0 { draw(bytes.len()) } else { bytes.len() - 1 - draw(bytes.len().min(2600)) };
            let end = (at + draw(64)).min(bytes.len());
            match draw(5) {
                0 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][draw(5)],
                1 => bytes[at..end].fill([0, 0xff][draw(2)]),
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let piece = bytes[at..end].to_vec();
                    let place = draw(bytes.len());
                    bytes.splice(place..place, piece);
                }
                _ => {
                    let piece = bytes[at..end].to_vec();
                    let place = draw(bytes.len() - piece.len());
                    bytes[place..place + piece.len()].copy_from_slice(&piece);
                }
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        assert_eq!(archive::read(&bytes).is_ok(), bytes == archive, "case {case}");
        assert_eq!(streamed(&bytes).is_some(), bytes == archive, "case {case}, piece by piece");
    }
}

/// Every record of the directory points to the largest file: many times the archive's size, if anybody believed it.
#[test]
fn entries_that_overlap_are_not_read() {
    let archive = reference();
    let places = Pack::places(&archive);
    let [header, data, _] = places.values().max_by_key(|parts| parts[1].len()).expect("files").clone();
    let mut bomb = archive.clone();
    for [_, _, record] in places.values() {
        let (size, place) = (data.len() as u32, header.start as u32);
        bomb[record.start + 20..record.start + 24].copy_from_slice(&size.to_le_bytes());
        bomb[record.start + 24..record.start + 28].copy_from_slice(&size.to_le_bytes());
        bomb[record.start + 42..record.start + 46].copy_from_slice(&place.to_le_bytes());
    }
    let report = damaged(&bomb);
    assert!(
        report.findings.iter().all(|f| f.what.starts_with("has a damaged record in the archive's directory"))
    );
    // The first of the records that has this size and the first that has this place are right as they are.
    assert!(report.findings.len() >= places.len() - 2, "{report}");
    // A count that cannot be true.
    let mut many = archive.clone();
    let end = many.len() - 22;
    many[end + 8..end + 12].fill(0xff);
    assert_eq!(damaged(&many).to_string(), format!("The archive's end is damaged (byte {}).", end + 8));
}

#[test]
fn what_is_no_archive_at_all_is_told_apart_from_a_damaged_one() {
    let mut random = rejoin::base::Rng::new(7);
    let noise: Vec<u8> = (0..3 << 17).flat_map(|_| random.next_u64().to_le_bytes()).collect();
    let files = vec![("word/document.xml".to_owned(), b"<xml/>".to_vec())];
    let mut other = Pack { files, label: "".into() };
    let docx = other.bytes();
    other.files.clear();
    for (bytes, why) in [
        (&b""[..], "it is empty"),
        (&noise, "it is not even a ZIP"),
        (b"group,topic,partition,offset\n", "it is not even a ZIP"),
        (&docx, "it is a ZIP of something else"),
        (&other.bytes(), "it is a ZIP of something else"),
    ] {
        let refused = verify_file(bytes).expect_err(why);
        assert_eq!(refused, ImportError::NotAnArchive(why.to_owned()));
        let words = format!("Import refused, nothing was changed: this is not an archive of Rejoin ({why}).");
        assert_eq!(refused.to_string(), words);
    }
}
