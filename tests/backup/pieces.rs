//! Archives in pieces: written and taken in without being held twice, and the same to the byte as those that are held as one.

use crate::both::verify;
use crate::scene::Scene;
use rejoin::backup::archive::{self, ImportError, Intake, Known};
use rejoin::backup::manifest::Manifest;
use rejoin::backup::{ChunkKey, Digest, MemoryStore, Store};
use rejoin::base::{Pieces, Time};
use rejoin::log::{Recipe, segment};
use std::rc::Rc;

/// A store with a backup that has a log of several chunks, and its archive.
fn large() -> (MemoryStore, Rc<str>, Pieces) {
    let mut scene = Scene::small();
    let recipe = Rc::new(Recipe { producer: "web".into(), seed: 7, keys: Some(10), value_bytes: 1000 });
    for i in 0..3000 {
        scene.topics[1].1[2].append_generated(Time::from_ms(i).timestamp_ms(), &recipe, i);
    }
    let mut store = MemoryStore::new();
    let label = scene.full(&mut store);
    let archive = archive::pieces(&store, std::slice::from_ref(&label)).expect("sound");
    (store, label, archive)
}

fn is_of<'a>(mut pieces: impl Iterator<Item = &'a Rc<[u8]>>, chunk: &Rc<[u8]>) -> bool {
    pieces.any(|piece| Rc::ptr_eq(piece, chunk))
}

#[test]
fn what_is_exported_and_taken_in_by_pieces_is_never_held_twice() {
    let (store, label, archive) = large();
    let bytes = archive.to_vec();
    assert_eq!(archive::write(&store, &[label]).expect("sound"), bytes);
    let chunks = &store.contents().chunks;
    assert!(chunks.len() > 20 && chunks.values().any(|chunk| chunk.len() == 1 << 20));
    assert!(chunks.values().all(|chunk| is_of(archive.iter(), chunk)), "an export shares what is stored");

    for step in [1000, 1 << 20, bytes.len()] {
        let mut intake = Intake::default();
        bytes.chunks(step).for_each(|part| intake.push(part));
        let (pieces, _) = intake.done();
        let import = archive::read_by(&pieces, &Known::of(&pieces)).expect("sound");
        assert_eq!(import.contents.chunks, *chunks);
        let taken = import.contents.chunks.values();
        assert!(taken.into_iter().all(|chunk| is_of(pieces.iter(), chunk)), "an import shares what came");
        let held = import.share(&pieces, &store);
        assert!(
            held == pieces && chunks.values().all(|chunk| is_of(held.iter(), chunk)),
            "what was there already"
        );
        let mut other = MemoryStore::new();
        other.apply(&import.transaction(&other).expect("it is empty")).expect("nobody else writes");
        let held = import.share(&pieces, &other);
        assert!(held.iter().zip(pieces.iter()).all(|(held, piece)| Rc::ptr_eq(held, piece)));
        let at_once = archive::read(&bytes).expect("sound");
        assert_eq!((import.labels, import.contents), (at_once.labels, at_once.contents));
    }
}

#[test]
fn whatever_is_damaged_is_named_alike_however_the_archive_lies_and_whatever_was_read_of_it() {
    let (_, _, archive) = large();
    let bytes = archive.to_vec();
    let says = |bytes: &[u8], step: usize, known: bool| {
        let mut intake = Intake::default();
        bytes.chunks(step).for_each(|part| intake.push(part));
        let (pieces, _) = intake.done();
        let known = if known { Known::of(&pieces) } else { Known::default() };
        archive::read_by(&pieces, &known).map(|import| import.contents)
    };
    assert!(says(&bytes, 1 << 20, true).is_ok() && says(&bytes, 1 << 20, false).is_ok());
    let places = (0..bytes.len()).step_by(bytes.len() / 20).chain(bytes.len() - 200..bytes.len());
    for place in places.step_by(7) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x10;
        let expected = archive::read(&flipped).expect_err("it is damaged");
        assert_eq!(says(&flipped, 70_000, true).expect_err("it is damaged"), expected, "byte {place}");
        assert_eq!(says(&flipped, 1 << 20, false).expect_err("it is damaged"), expected, "byte {place}");
    }
    for length in [0, 3, 40, bytes.len() / 2, bytes.len() - 1] {
        let refused = says(&bytes[..length], 1 << 20, true).expect_err("a part is not the whole");
        assert_eq!(refused, archive::read(&bytes[..length]).expect_err("a part is not the whole"));
    }
    let longer = [&bytes[..], b"x"].concat();
    assert!(matches!(says(&longer, 1 << 20, true), Err(ImportError::Damaged(_))));
}

#[test]
fn what_is_known_of_another_archive_is_not_believed() {
    let (store, label, archive) = large();
    let known = Known::of(&archive);
    assert!(known.is_of(&archive.clone()));
    let again = archive::pieces(&store, &[label]).expect("sound");
    assert!(again == archive && !known.is_of(&again), "the same bytes elsewhere");
    // Whoever believes it all the same finds out.
    let mut flipped = archive.to_vec();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let known_of_flipped = Known::of(&Pieces::from(&flipped[..]));
    assert!(archive::read_by(&archive, &known_of_flipped).is_err());
}

/// The store with this file in place of the one with that digest.
fn with(store: &MemoryStore, file: Digest, bytes: &[u8]) -> MemoryStore {
    let mut contents = store.contents().clone();
    for (number, chunk) in (0..).zip(bytes.chunks(1 << 20)) {
        contents.chunks.insert(ChunkKey { file, number }, chunk.into());
    }
    MemoryStore::from_contents(contents)
}

#[test]
fn a_log_that_lies_in_pieces_is_said_to_have_what_it_has_as_one() {
    let (store, label, _) = large();
    let manifest = Manifest::parse(&store.manifest(&label).expect("it is there")).expect("sound");
    let entry = manifest.all_files().find(|file| file.size > 2 << 20).expect("a log of several chunks");
    let chunks = &store.contents().chunks;
    let own = chunks.iter().filter(|(key, _)| key.file == entry.sha256).map(|(_, chunk)| &chunk[..]);
    let whole = own.collect::<Vec<_>>().concat();
    assert!(whole.len() as u64 == entry.size && verify(&store, &label).ok());
    let places: Vec<usize> =
        segment::batches(&whole).map(|batch| batch.expect("it is sound").position as usize).collect();
    // One that lies in two chunks, one that follows it, and others.
    let across = places.iter().rposition(|at| *at < 1 << 20).expect("it begins in the first chunk");
    let mut cases = 0;
    for at in [0, 1, across, across + 1, places.len() / 2, places.len() - 1].map(|batch| places[batch]) {
        let damages: [&dyn Fn(&mut [u8]); 7] = [
            &|rest| rest[8..12].fill(0xff),
            &|rest| rest[8..12].fill(0),
            &|rest| rest[10] ^= 1,
            &|rest| rest[16] = 9,
            &|rest| rest[70] ^= 1,
            &|rest| rest[0..8].fill(0x40),
            &|rest| rest.fill(0),
        ];
        for damage in damages {
            let mut damaged = whole.clone();
            damage(&mut damaged[at..]);
            let expected = segment::batches(&damaged).find_map(Result::err);
            let report = verify(&with(&store, entry.sha256, &damaged), &label).to_string();
            match expected {
                Some(error) => {
                    assert!(report.contains(&format!("; {error}")), "{at}: {error} is not {report}")
                }
                None => assert!(report.contains("does not match its digest"), "{at}: {report}"),
            }
            cases += 1;
        }
    }
    assert_eq!(cases, 42);
}
