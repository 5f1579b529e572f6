//! Backups are verified in parts, with digests from outside, while the session goes on.

use super::{at, focus, label, open};
use rejoin::session::view::{Verdict, What};
use rejoin::session::{Contents, Pieces, Progress, Session, Taken, sha256};

/// What is said of the newest backup.
fn verdict(session: &mut Session) -> Verdict {
    session.view(&focus()).backups.backups[0].verdict.clone()
}

/// Verifies until a digest is wanted, and gives its number.
fn wanted(session: &mut Session) -> u64 {
    while session.verify_part().expect("there is something to verify") != Progress::Hash {}
    session.to_hash().expect("the bytes of a file").0
}

/// Verifies all that is to be verified; the most that was said to be read on the way.
pub(super) fn verify_all(session: &mut Session) -> u32 {
    let mut most = 0;
    while let Some(progress) = session.verify_part() {
        if progress == Progress::Waits {
            let (number, bytes) = session.to_hash().expect("the bytes of a file");
            let digest = sha256(&bytes.whole());
            session.hashed(number, digest);
        }
        for backup in &session.view(&focus()).backups.backups {
            if let Verdict::Reading(percent) = backup.verdict {
                most = most.max(percent);
            }
        }
    }
    most
}

#[test]
fn backups_are_verified_in_parts_beside_everything_else() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    assert_eq!(verdict(&mut session), Verdict::Reading(0), "nothing is read on the spot");
    wanted(&mut session);
    at(&mut session, 21_000);
    assert!(verify_all(&mut session) > 90);
    assert_eq!(verdict(&mut session), Verdict::Holds);
    assert!(!session.is_verifying() && session.verify_part().is_none());

    let label = label(&session.view(&focus()));
    session.ask_verify(&label);
    let text = session.view(&focus()).story.text.clone();
    let number = wanted(&mut session);
    session.stop_verify(None);
    assert!(!session.is_verifying());
    assert_eq!(verdict(&mut session), Verdict::Holds, "what was known of it");
    assert_eq!(session.view(&focus()).story.text, text, "nothing came of it");

    session.ask_verify(&label);
    assert_ne!(wanted(&mut session), number);
    session.hashed(number, sha256(b"too late"));
    verify_all(&mut session);
    let view = session.view(&focus());
    assert_eq!(view.backups.backups[0].verdict, Verdict::Holds, "a late digest is not taken for another");
    assert!(view.story.text.contains(&format!("backup verify {label}")), "it is a command of the run");
    assert!(view.happened.events.iter().any(|event| matches!(event.what, What::Verified(_, 0))));
}

#[test]
fn verification_waits_while_storage_is_given_a_backup() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    wanted(&mut session);
    for result in [Err("the disk is full".into()), Ok(())] {
        assert!(session.is_verifying());
        session.take_transaction().expect("a backup to be saved");
        assert!(!session.is_verifying() && session.verify_part().is_none());
        assert!(matches!(verdict(&mut session), Verdict::Reading(_)), "it still is to be verified");
        session.saved(result);
    }
    verify_all(&mut session);
    assert_eq!(verdict(&mut session), Verdict::Holds);
}

/// Makes all parts of the backup that is being taken; how many, and whether a digest was asked for.
pub(super) fn make_all(session: &mut Session) -> (u32, bool) {
    let (mut parts, mut asked) = (0, false);
    loop {
        match session.take_part() {
            Progress::Done => return (parts, asked),
            Progress::Waits => {
                let (number, bytes) = session.to_hash().expect("the bytes of a file");
                let digest = sha256(&bytes.whole());
                session.hashed(number, digest);
            }
            progress => {
                parts += 1;
                asked |= progress == Progress::Hash;
            }
        }
    }
}

/// Takes the backup that was begun.
fn taken(session: &mut Session) {
    let Some(Taken::Backup(Ok(_))) = session.finish_taking() else { panic!("it was not taken") };
}

#[test]
fn an_archive_taken_in_in_parts_is_the_one_that_is_taken_in_at_once() {
    let mut session = open();
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    at(&mut session, 25_000);
    session.apply("backup incremental").expect("there is something to back up");
    let label = session.view(&focus()).backups.backups[1].label.clone();
    let archive = session.archive(&label).expect("it is there");
    let (mut at_once, mut in_parts) = (open(), open());
    in_parts.verify_in_parts(1..u64::MAX);
    let one = at_once.import("a.zip", archive.clone()).expect("it was just written");
    assert!(in_parts.begin_import("a.zip", archive.clone(), None));
    let (parts, asked) = make_all(&mut in_parts);
    assert!(parts > 10 && !asked, "{parts} parts");
    let Some(Taken::Import(Ok(other))) = in_parts.finish_taking() else { panic!("it was just written") };
    assert_eq!(one, other);
    assert!(!in_parts.is_verifying(), "all of it was read");
    let (one, other) = (at_once.view(&focus()), in_parts.view(&focus()));
    assert_eq!((&one.story.text, &one.backups.backups), (&other.story.text, &other.backups.backups));
    assert!(other.backups.backups.iter().all(|backup| backup.verdict == Verdict::Holds));
    assert_eq!(in_parts.archive(&label), Some(archive.clone()));
    // One that is given to the end before it was read is read then.
    let mut hurried = open();
    hurried.verify_in_parts(1..u64::MAX);
    assert!(hurried.begin_import("a.zip", archive.clone(), Some(sha256(&archive.whole()))));
    hurried.take_part();
    let Some(Taken::Import(Ok(_))) = hurried.finish_taking() else { panic!("it was just written") };
    assert_eq!(hurried.view(&focus()).story.text, one.story.text);
    // Whatever is damaged is found in the same way, and nothing is taken in.
    let (mut at_once, mut in_parts) = (open(), open());
    in_parts.verify_in_parts(1..u64::MAX);
    let archive = archive.to_vec();
    for place in (0..archive.len()).step_by(archive.len() / 40) {
        let mut damaged = archive.clone();
        damaged[place] ^= 1;
        let damaged = Pieces::from(&damaged[..]);
        let one = at_once.import("a.zip", damaged.clone()).expect_err("it is damaged");
        assert!(in_parts.begin_import("a.zip", damaged, None));
        make_all(&mut in_parts);
        let Some(Taken::Import(Err(other))) = in_parts.finish_taking() else { panic!("byte {place}") };
        assert_eq!(one, other, "byte {place}");
        assert!(in_parts.take_transaction().is_none() && in_parts.view(&focus()).backups.backups.is_empty());
    }
}

#[test]
fn a_backup_taken_in_parts_is_the_one_that_is_taken_at_once() {
    let (mut at_once, mut in_parts) = (open(), open());
    assert!(!in_parts.begin_backup("backup full"), "only where things are done in parts");
    in_parts.verify_in_parts(1..u64::MAX);
    assert!(!in_parts.begin_backup("backup delete latest") && !in_parts.begin_backup("no command"));
    for (ms, line) in
        [(20_000, "backup full"), (25_000, "backup incremental"), (30_000, "backup full orders")]
    {
        let before = at(&mut in_parts, ms);
        at(&mut at_once, ms);
        at_once.apply(line).expect("there is something to back up");
        assert!(in_parts.begin_backup(line));
        let (parts, asked) = make_all(&mut in_parts);
        assert!(parts > 10 && asked, "{line}: {parts} parts");
        let under_way = in_parts.view(&focus());
        assert_eq!(under_way.backups.taking, Some(100));
        assert_eq!(under_way.backups.backups, before.backups.backups, "nothing is there before its end");
        assert_eq!(under_way.story.text, before.story.text);
        taken(&mut in_parts);
        assert!(in_parts.finish_taking().is_none() && !in_parts.is_taking());
        verify_all(&mut in_parts);
        let (one, other) = (at_once.view(&focus()), in_parts.view(&focus()));
        assert_eq!((one.run.hash.clone(), &one.story.text), (other.run.hash.clone(), &other.story.text));
        assert_eq!(one.backups.backups, other.backups.backups);
        for backup in &one.backups.backups {
            assert_eq!(at_once.archive(&backup.label), in_parts.archive(&backup.label));
        }
    }
}

#[test]
fn what_is_there_before_a_restore_is_kept_in_parts_and_the_restore_is_the_same() {
    let (mut at_once, mut in_parts) = (open(), open());
    in_parts.verify_in_parts(1..u64::MAX);
    let data = "restore data latest";
    for session in [&mut at_once, &mut in_parts] {
        at(session, 20_000);
        session.apply("backup full").expect("there is something to back up");
        at(session, 25_000);
        session.apply("restore stop latest").expect("it is sound");
    }
    assert!(!in_parts.begin_backup(data), "consumers still run");
    for session in [&mut at_once, &mut in_parts] {
        at(session, 32_000);
    }
    at_once.apply(data).expect("they are stopped");
    assert!(in_parts.begin_backup(data));
    let (parts, asked) = make_all(&mut in_parts);
    assert!(parts > 10 && asked, "{parts} parts");
    taken(&mut in_parts);
    assert!(!in_parts.begin_backup(data), "it is done");
    for session in [&mut at_once, &mut in_parts] {
        session.apply("restore restart").expect("the data is there");
        at(session, 40_000);
        session.apply("restore undo").expect("what was there is kept");
        at(session, 50_000);
    }
    let (one, other) = (at_once.view(&focus()), in_parts.view(&focus()));
    assert_eq!((&one.run.hash, &one.story.text), (&other.run.hash, &other.story.text));
}

#[test]
fn a_backup_that_is_given_up_leaves_nothing_and_one_that_time_overtook_is_whole() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    assert!(session.begin_backup("backup full"));
    for _ in 0..5 {
        session.take_part();
    }
    session.run(Session::examples()[0].text).expect("a story");
    assert!(!session.is_taking() && session.take_transaction().is_none());

    at(&mut session, 20_000);
    assert!(session.begin_backup("backup full"));
    let number = session.to_hash().map(|(number, _)| number);
    make_all(&mut session);
    at(&mut session, 22_000);
    taken(&mut session);
    assert!(session.begin_backup("backup full"));
    assert_eq!(session.take_part(), Progress::More);
    session.hashed(number.unwrap_or(0), sha256(b"too late"));
    taken(&mut session);
    verify_all(&mut session);
    let verdicts: Vec<Verdict> =
        session.view(&focus()).backups.backups.iter().map(|backup| backup.verdict.clone()).collect();
    assert_eq!(verdicts, [Verdict::Holds], "of the same moment");
}

#[test]
fn a_digest_from_outside_that_is_wrong_is_damage() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let number = wanted(&mut session);
    session.hashed(number, sha256(b"another file"));
    verify_all(&mut session);
    let Verdict::Damaged(findings) = verdict(&mut session) else { panic!("{:?}", verdict(&mut session)) };
    assert!(findings.iter().any(|line| line.contains("does not match its digest")), "{findings:?}");
}

#[test]
fn the_next_file_is_given_to_be_hashed_before_the_first_is_read() {
    let mut session = open();
    session.verify_in_parts(1000..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let (first, size) = (wanted(&mut session), session.to_hash().expect("the bytes of a file").1.size());
    assert!(size >= 1000);
    assert_eq!(session.verify_part(), Some(Progress::Hash), "nothing is read in between");
    assert_ne!(session.to_hash().expect("the bytes of another").0, first);
    verify_all(&mut session);
    assert_eq!(verdict(&mut session), Verdict::Holds);
}

#[test]
fn what_is_deleted_undone_or_taken_over_while_it_is_verified_is_read_anew() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let label = label(&session.view(&focus()));
    let archive = session.archive(&label).expect("it is there");
    wanted(&mut session);
    session.apply(&format!("backup delete {label}")).expect("nothing builds on it");
    assert!(!session.is_verifying(), "there is nothing to read");
    assert!(session.view(&focus()).backups.backups.is_empty());

    session.import("undone.zip", archive).expect("it was just written");
    assert_eq!(verdict(&mut session), Verdict::Holds, "what comes back was read from its beginning");
    assert!(!session.is_verifying());
    session.apply(&format!("backup delete {label}")).expect("nothing builds on it");
    drop(session.take_transaction());
    session.saved(Ok(()));

    session.apply("backup full").expect("there is something to back up");
    let number = wanted(&mut session);
    let mut stored = rejoin::session::Contents::default();
    let transaction = session.take_transaction().expect("storage has something to do");
    stored.chunks = transaction.puts.clone();
    stored.catalog = transaction.catalog.clone();
    let manifests = transaction.manifests.iter();
    stored.manifests = manifests.filter_map(|(label, bytes)| Some((label.clone(), bytes.clone()?))).collect();
    session.adopt(stored, &[]).expect("it was just written");
    assert_eq!(verdict(&mut session), Verdict::Reading(0), "what storage held is verified in parts too");
    assert_ne!(wanted(&mut session), number);
    verify_all(&mut session);
    assert_eq!(verdict(&mut session), Verdict::Holds);
}

#[test]
fn an_archive_proves_nothing_of_what_storage_held_before() {
    let mut session = open();
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    let stored = session.take_transaction().expect("storage has something to do");
    at(&mut session, 25_000);
    session.apply("backup incremental").expect("there is something to back up");
    let newest = session.view(&focus()).backups.backups[1].label.clone();
    let archive = session.archive(&newest).expect("it is there");
    for damaged in [false, true] {
        let mut contents = Contents { catalog: stored.catalog.clone(), ..Contents::default() };
        contents.chunks = stored.puts.clone();
        for (label, bytes) in &stored.manifests {
            let mut bytes = bytes.as_ref().expect("it was written").to_vec();
            let last = bytes.len() - 2;
            bytes[last] ^= u8::from(damaged);
            contents.manifests.insert(label.clone(), bytes.into());
        }
        let mut other = open();
        other.verify_in_parts(1..u64::MAX);
        other.adopt(contents, &[]).expect("it can be read");
        other.import("a.zip", archive.clone()).expect("it was just written");
        verify_all(&mut other);
        let verdicts = other.view(&focus()).backups.backups.clone();
        let holds = |verdict: &Verdict| *verdict == Verdict::Holds;
        assert!(verdicts.iter().all(|backup| holds(&backup.verdict) != damaged), "{verdicts:?}");
    }
}

#[test]
fn an_export_waits_for_what_is_still_to_be_verified_of_its_chain() {
    let mut session = open();
    session.verify_in_parts(1..u64::MAX);
    at(&mut session, 20_000);
    session.apply("backup full").expect("there is something to back up");
    at(&mut session, 25_000);
    session.apply("backup incremental").expect("there is something to back up");
    let labels: Vec<_> = session.view(&focus()).backups.backups.iter().map(|of| of.label.clone()).collect();
    let waits =
        |session: &Session| labels.iter().map(|label| session.has_to_be_read(label)).collect::<Vec<_>>();
    assert_eq!(waits(&session), [true, true]);
    while session.has_to_be_read(&labels[0]) {
        if session.verify_part() == Some(Progress::Waits) {
            let (number, bytes) = session.to_hash().expect("the bytes of a file");
            let digest = sha256(&bytes.whole());
            session.hashed(number, digest);
        }
    }
    assert_eq!(waits(&session), [false, true], "the full is read first");
    verify_all(&mut session);
    assert_eq!(waits(&session), [false, false]);
    assert!(!session.has_to_be_read("no backup"));
    session.ask_verify(&labels[1]);
    assert_eq!(waits(&session), [false, false], "one that a person asks for once more is proven already");
}
