//! Plans: what each strategy would make a group read again or miss, counted record by record; and what is put where.

use crate::lab::Lab;
use rejoin::backup::manifest::Manifest;
use rejoin::backup::{
    Ending, MemoryStore, OffsetSnapshot, Outcome, Place, Plan, PlanRow, Request, RestoreError, Selection,
    Snapshot, Store, Strategy, plan,
};
use rejoin::base::Rng;
use rejoin::log::Partition;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The plan of a restore with nothing else asked for.
pub fn planned(
    lab: &Lab,
    label: &Rc<str>,
    place: Place,
    moment_ms: Option<i64>,
) -> Result<Plan, RestoreError> {
    let of = Selection::default();
    let request =
        Request { label: label.clone(), moment_ms, place, offsets: None, transactions: Ending::Abort, of };
    plan(&lab.store, &request, &lab.snapshot())
}

/// The plan of a restore in place of some topics and groups.
fn planned_of(lab: &Lab, label: &Rc<str>, topics: &[&str], groups: &[&str]) -> Result<Plan, RestoreError> {
    let names = |names: &[&str]| names.iter().map(|name| Rc::from(*name)).collect();
    let of = Selection { topics: names(topics), groups: names(groups) };
    let (label, transactions) = (label.clone(), Ending::Abort);
    let request = Request { label, moment_ms: None, place: Place::InPlace, offsets: None, transactions, of };
    plan(&lab.store, &request, &lab.snapshot())
}

fn outcome(row: &PlanRow, strategy: Strategy) -> (i64, u64, u64) {
    let Outcome { offset, again, skipped } = row.outcomes[strategy as usize];
    (offset, again, skipped)
}

/// Ten records, the group has read six at the backup; then ten more, and it has read fifteen.
fn scene() -> (Lab, Rc<str>) {
    let mut lab = Lab::default();
    lab.create("t", 1);
    for _ in 0..10 {
        lab.produce("t", 0, 1, 0);
        lab.tick(100);
    }
    lab.commit("g", "t", 0, 6);
    lab.tick(100);
    let label = lab.backup("full");
    lab.tick(1000);
    for _ in 0..10 {
        lab.produce("t", 0, 1, 0);
    }
    lab.commit("g", "t", 0, 15);
    (lab, label)
}

#[test]
fn in_place_each_strategy_is_counted_against_what_the_group_has_processed() {
    let (lab, label) = scene();
    let plan = planned(&lab, &label, Place::InPlace, None).expect("sound");
    let [row] = &plan.rows[..] else { panic!("{:?}", plan.rows) };
    assert_eq!((row.now, row.committed, row.first), (Some(15), Some(6), Some(6)));
    // The log ends at 10; all of it was processed.
    assert_eq!(outcome(row, Strategy::Identical), (6, 4, 0));
    assert_eq!(outcome(row, Strategy::Translated), (6, 4, 0));
    assert_eq!(outcome(row, Strategy::Earliest), (0, 10, 0));
    assert_eq!(outcome(row, Strategy::Latest), (10, 0, 0));
    assert_eq!(outcome(row, Strategy::Time), (10, 0, 0), "the commit is younger than every record");
    assert_eq!(plan.cost(), (4, 0));
    assert_eq!(
        plan.lines()[0].as_ref(),
        "t-0: 0 to 10; 10 leave the log; g: 15 becomes 6; identical 6 (read again 4, skipped 0); translated 6 (read again 4, skipped 0); \
         time 10 (read again 0, skipped 0); earliest 0 (read again 10, skipped 0); latest 10 (read again 0, skipped 0)"
    );
}

#[test]
fn a_plan_says_what_leaves_the_log_and_what_comes_back() {
    let (mut lab, label) = scene();
    let exchange = |lab: &Lab| planned(lab, &label, Place::InPlace, None).expect("sound").exchange();
    assert_eq!(exchange(&lab), (10, 0), "ten were written since");
    lab.log("t", 0).delete_before(4);
    assert_eq!(exchange(&lab), (10, 4), "and four were deleted");
    // A log that went another way from offset 7 on.
    lab.log("t", 0).cut_to(7);
    for _ in 0..9 {
        lab.produce("t", 0, 1, 0);
    }
    assert_eq!(exchange(&lab), (9, 3 + 4));
    let beside = planned(&lab, &label, Place::Beside("*-restored".into()), None).expect("sound");
    assert_eq!(beside.exchange(), (0, 0), "nothing is taken from what is there");
    lab.drop_topic("t");
    assert_eq!(exchange(&lab), (0, 10));
    lab.create("t", 1);
    lab.produce("t", 0, 1, 0);
    assert_eq!(exchange(&lab), (1, 10), "another topic of the same name");
}

#[test]
fn some_topics_and_groups_of_a_backup_are_restored() {
    let mut lab = Lab::default();
    for topic in ["s", "t"] {
        lab.create(topic, 1);
        lab.produce(topic, 0, 5, 0);
        lab.commit("g", topic, 0, 2);
    }
    lab.commit("h", "s", 0, 3);
    lab.tick(100);
    let label = lab.backup("full");
    let names = |plan: Plan| {
        let topics: Vec<String> = plan.state.topics.iter().map(|topic| topic.name.to_string()).collect();
        let offsets = |of: &rejoin::backup::RestoredGroup| {
            let topics: Vec<&str> = of.offsets.iter().map(|offset| &*offset.topic).collect();
            format!("{}:{}", of.group, topics.join("+"))
        };
        (topics.join(" "), plan.state.groups.iter().map(offsets).collect::<Vec<_>>().join(" "))
    };
    let of = |topics: &[&str], groups: &[&str]| planned_of(&lab, &label, topics, groups).map(names);
    let said = |topics: &str, groups: &str| Ok((topics.to_owned(), groups.to_owned()));
    assert_eq!(of(&[], &[]), said("s t", "g:s+t h:s"));
    assert_eq!(of(&["t"], &[]), said("t", "g:t"));
    assert_eq!(of(&["s"], &["h"]), said("s", "h:s"));
    assert_eq!(of(&[], &["h"]), said("s t", "h:s"));
    let refused = |topics: &[&str], groups: &[&str]| of(topics, groups).expect_err("refused").to_string();
    assert_eq!(refused(&["u"], &[]), format!("{label} holds no topic u."));
    assert_eq!(refused(&[], &["i"]), format!("{label} holds no group i."));
    assert_eq!(refused(&["t"], &["h"]), format!("{label} holds no offsets in these topics of group h."));
}

#[test]
fn a_group_that_has_gone_back_would_miss_records() {
    let (mut lab, label) = scene();
    lab.commit("g", "t", 0, 2);
    let plan = planned(&lab, &label, Place::InPlace, None).expect("sound");
    assert_eq!(outcome(&plan.rows[0], Strategy::Identical), (6, 0, 4));
    assert_eq!(outcome(&plan.rows[0], Strategy::Latest), (10, 0, 8));
}

#[test]
fn offsets_of_another_topic_of_the_same_name_count_for_nothing() {
    let (mut lab, label) = scene();
    lab.drop_topic("t");
    lab.create("t", 1);
    lab.commit("g", "t", 0, 0);
    let plan = planned(&lab, &label, Place::InPlace, None).expect("sound");
    assert_eq!((plan.rows[0].now, outcome(&plan.rows[0], Strategy::Identical)), (None, (6, 0, 0)));
    assert_eq!(outcome(&plan.rows[0], Strategy::Latest), (10, 0, 4));
}

#[test]
fn beside_what_is_there_everything_has_a_new_name() {
    let (lab, label) = scene();
    let plan = planned(&lab, &label, Place::Beside("*-restored".into()), None).expect("sound");
    let topic = &plan.state.topics[0];
    assert_eq!((&*topic.name, topic.id, topic.partitions[0].end()), ("t-restored", None, 10));
    assert_eq!(topic.partitions[0].state_digest(), lab.truths[&label].partitions[&("t".into(), 0)].3);
    let group = &plan.state.groups[0];
    assert_eq!(
        (&*group.group, &*group.offsets[0].topic, group.offsets[0].offset),
        ("g-restored", "t-restored", 6)
    );
    assert_eq!(plan.state.lineage, None);
    for (pattern, words) in [
        (
            "copy",
            "\"copy\" gives every topic the same name: put a * where the old name goes, as in *-restored.",
        ),
        ("*", "There is a topic t already, or it is no name for one: choose another pattern."),
        ("*/x", "There is a topic t/x already, or it is no name for one: choose another pattern."),
    ] {
        let refused = planned(&lab, &label, Place::Beside(pattern.into()), None).err().expect("refused");
        assert_eq!(refused.to_string(), words);
    }
}

#[test]
fn into_a_topic_that_exists_offsets_follow_their_records() {
    let (mut lab, label) = scene();
    lab.drop_topic("t");
    lab.create("t", 2);
    lab.produce("t", 0, 4, 0);
    let plan = planned(&lab, &label, Place::Into, None).expect("sound");
    assert_eq!(plan.strategy, Strategy::Translated);
    assert_eq!(plan.map_csv(), "topic,partition,source_first,source_last,target_first\nt,0,0,9,4\n");
    let row = &plan.rows[0];
    assert_eq!((row.log_start, row.log_end, row.committed, row.first), (0, 14, Some(10), Some(10)));
    // Six restored records are done; four of its own and four restored ones are not.
    assert_eq!(outcome(row, Strategy::Translated), (10, 0, 4));
    assert_eq!(outcome(row, Strategy::Identical), (6, 4, 4));
    assert_eq!(outcome(row, Strategy::Earliest), (0, 6, 0));
    assert_eq!(outcome(row, Strategy::Latest), (14, 0, 8));
    let log = &plan.state.topics[0].partitions[0];
    for source in 0..10 {
        let was = lab.store.manifest(&label).and_then(|bytes| Manifest::parse(&bytes).ok()).expect("sound");
        assert_eq!(was.partitions[0].log_end_offset.0, 10);
        assert!(log.record_at(source + 4).is_some());
    }
    assert_eq!(plan.state.topics[0].partitions[1].end(), 0, "the other partition is as it was");
}

#[test]
fn a_group_with_unread_records_of_its_own_misses_none_of_them() {
    let (mut lab, label) = scene();
    let plan = planned(&lab, &label, Place::Into, None).expect("sound");
    // It has read 15 of 20: the rest comes first, and then what was restored, six of it again.
    assert_eq!((plan.rows[0].log_end, outcome(&plan.rows[0], Strategy::Translated)), (30, (15, 6, 0)));
    lab.commit("g", "t", 0, 20);
    let plan = planned(&lab, &label, Place::Into, None).expect("sound");
    assert_eq!(outcome(&plan.rows[0], Strategy::Translated), (26, 0, 0));
}

#[test]
fn into_what_is_not_there_or_too_small_is_refused() {
    let (mut lab, label) = scene();
    lab.drop_topic("t");
    let refused = planned(&lab, &label, Place::Into, None).err().expect("refused").to_string();
    assert_eq!(refused, "There is no topic t to append to: create it first, or restore in place.");
    lab.create("t", 1);
    lab.grow("t", 2);
    let wide = lab.backup("full");
    lab.tick(1000);
    lab.drop_topic("t");
    lab.create("t", 1);
    let refused = planned(&lab, &wide, Place::Into, None).err().expect("refused").to_string();
    assert_eq!(
        refused,
        "Topic t has 1 partitions and the backup has 2: give it 2 first, or restore beside it."
    );
}

#[test]
fn a_plan_to_a_moment_says_what_it_moves() {
    let (mut lab, label) = scene();
    lab.tick(500);
    let last = lab.backup("incremental");
    let between = lab.now.timestamp_ms() - 1000;
    let plan = planned(&lab, &last, Place::InPlace, Some(between)).expect("inside");
    assert_eq!((plan.rows[0].log_end, plan.rows[0].committed), (10, Some(6)));
    assert!(
        planned(&lab, &label, Place::InPlace, Some(between)).is_err(),
        "the full reaches its own moment only"
    );
}

/// The values of the records that a group would be given from `from` on.
fn values(log: &Partition, from: i64) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(offset) = log.next_offset_at_or_after(at) {
        found.push(
            log.record_at(offset).and_then(|record| record.value).map_or(Vec::new(), |value| value.to_vec()),
        );
        at = offset + 1;
    }
    found
}

fn offset_of<'a>(snapshot: &'a Snapshot<'_>, group: &str) -> &'a OffsetSnapshot {
    let group = snapshot.groups.iter().find(|known| &*known.group == group).expect("a group");
    &group.offsets[0]
}

/// Gaps, compaction, trimmed heads, groups at the start, the end and beyond: whoever goes on after a translated restore
/// reads exactly the records that it would have read from the backup.
#[test]
fn translation_skips_nothing_and_reads_nothing_again() {
    let count = if std::env::var_os("REJOIN_LONG").is_some() { 20_000 } else { 5000 };
    for seed in 0..count {
        let mut random = Rng::new(seed);
        let mut lab = Lab::default();
        lab.create("t", 1);
        for _ in 0..1 + random.below(5) {
            lab.produce("t", 0, 1 + random.below(4) as usize, 0);
            match random.below(6) {
                0 => lab.compact("t", 0),
                1 => {
                    let to = random.below(lab.log("t", 0).end() as u64 + 1) as i64;
                    lab.log("t", 0).delete_before(to);
                }
                _ => {}
            }
            lab.tick(10);
        }
        let end = lab.log("t", 0).end();
        let committed = [0, end, end + 3, random.below(end as u64 + 1) as i64][random.below(4) as usize];
        lab.commit("g", "t", 0, committed);
        let expected = values(lab.log("t", 0), committed.clamp(0, end));
        let label = lab.backup("full");
        lab.tick(1000);
        lab.drop_topic("t");
        lab.create("t", 1 + random.below(2) as usize);
        for _ in 0..random.below(3) {
            lab.produce("t", 0, 1 + random.below(3) as usize, 0);
        }
        let own_end = lab.log("t", 0).end();
        let plan = planned(&lab, &label, Place::Into, None).expect("it exists");
        let row = &plan.rows[0];
        let log = &plan.state.topics[0].partitions[0];
        let found = values(log, row.committed.expect("it has committed"));
        assert_eq!(found, expected, "seed {seed}: {row:?}");
        // The counts say the same of the restored records; the topic's own, which it never read, come before.
        let (_, again, skipped) = outcome(row, Strategy::Translated);
        assert_eq!((again, skipped), (0, log.count_between(0, own_end)), "seed {seed}");
        let all = values(log, own_end);
        let (_, again, _) = outcome(row, Strategy::Earliest);
        assert_eq!(again as usize, all.len() - expected.len(), "seed {seed}");
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "every record once");
    }
}

#[test]
fn what_was_brought_is_taken_back_by_the_undo() {
    let (lab, label) = scene();
    let mut safety = MemoryStore::new();
    let kind = rejoin::backup::Kind::by_name("full").expect("a kind");
    let captured =
        rejoin::backup::capture(kind, &lab.snapshot(), &Default::default(), &safety).expect("sound");
    safety.apply(&captured.transaction).expect("nobody else writes");
    let before = lab.state.plain();
    let done = planned(&lab, &label, Place::InPlace, None).expect("sound");
    let mut after = lab.clone();
    after.tick(1000);
    after.restore(&done.state);
    assert_ne!(after.state.plain(), before);
    let undo = rejoin::backup::undo(&safety, &captured.label, &done, &after.snapshot()).expect("sound");
    after.restore(&undo.state);
    assert_eq!(after.state.plain(), before);
    assert_eq!(offset_of(&after.snapshot(), "g").offset, 15);
    let beside = planned(&lab, &label, Place::Beside("*-2".into()), None).expect("sound");
    let undo = rejoin::backup::undo(&safety, &captured.label, &beside, &lab.snapshot()).expect("sound");
    assert_eq!((undo.state.topics.len(), undo.state.groups.len()), (0, 0));
    assert_eq!(undo.state.gone.topics, ["t-2".into()] as [Rc<str>; 1]);
    assert_eq!(undo.state.gone.groups, ["g-2".into()] as [Rc<str>; 1]);
}
