//! Single moments of a group's life.

use crate::lab::*;
use rejoin::base::Map;
use rejoin::base::{Rng, Span, Time, Uuid};
use rejoin::group::*;
use std::rc::Rc;

/// A name, what is sent (given the member's id), and how it is answered.
type Case = (&'static str, fn(&str) -> Request, ErrorCode);

#[test]
fn strangers_and_old_generations_are_refused_each_with_its_own_error() {
    let cases: [Case; 13] = [
        ("a heartbeat of the member", |id| beat(id, 1, None), ErrorCode::NONE),
        ("a heartbeat of a stranger", |_| beat("x", 1, None), ErrorCode::UNKNOWN_MEMBER_ID),
        ("a heartbeat of an older generation", |id| beat(id, 0, None), ErrorCode::ILLEGAL_GENERATION),
        ("a heartbeat with an unknown instance", |id| beat(id, 1, Some("i")), ErrorCode::UNKNOWN_MEMBER_ID),
        ("a sync of a stranger", |_| sync("x", 1, &[]), ErrorCode::UNKNOWN_MEMBER_ID),
        ("a sync of a later generation", |id| sync(id, 2, &[]), ErrorCode::ILLEGAL_GENERATION),
        (
            "a commit of an older generation",
            |id| commit(id, 0, "orders", (0, 5)),
            ErrorCode::ILLEGAL_GENERATION,
        ),
        ("a commit of nobody", |_| commit("", -1, "orders", (0, 5)), ErrorCode::UNKNOWN_MEMBER_ID),
        (
            "a commit for no such partition",
            |id| commit(id, 1, "orders", (3, 5)),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        ),
        ("a departure of a stranger", |_| leave("x"), ErrorCode::UNKNOWN_MEMBER_ID),
        ("a join of a stranger", |_| join("x", None), ErrorCode::UNKNOWN_MEMBER_ID),
        ("the deletion of a group with members", |_| delete(), ErrorCode::NON_EMPTY_GROUP),
        ("the deletion of offsets in use", |_| forget("orders"), ErrorCode::NONE),
    ];
    for (name, request, expected) in cases {
        let (mut lab, id) = Lab::stable(None);
        let before = lab.log.len();
        let token = lab.send("a", request(&id));
        assert_eq!(lab.error(token), Some(expected), "{name}");
        assert_eq!(lab.log.len(), before, "{name}: nothing is written");
    }
}

#[test]
fn offsets_of_partitions_that_are_gone_are_dropped() {
    let (mut lab, id) = Lab::stable(None);
    for partition in 0..3 {
        let token = lab.send("a", commit(&id, 1, "orders", (partition, 5)));
        assert_eq!(lab.error(token), Some(ErrorCode::NONE));
    }
    let mut fewer = lab.metadata.clone();
    fewer.topics.get_mut("orders").expect("it is there").partitions = 1;
    lab.set_metadata(fewer);
    let group: Rc<str> = "g".into();
    let left: Vec<i32> = lab.coordinator.committed(&group).map(|(_, partition, _)| partition).collect();
    assert_eq!(left, [0]);
}

#[test]
fn a_static_member_that_comes_back_fences_the_one_it_was() {
    let (mut lab, old) = Lab::stable(Some("i"));
    let (new, token) = lab.join("a", Some("i"));
    assert_ne!(old, new);
    assert_eq!(lab.error(token), Some(ErrorCode::NONE), "no rebalance is needed");
    for (request, expected) in [
        (beat(&old, 1, Some("i")), ErrorCode::FENCED_INSTANCE_ID),
        (beat(&old, 1, None), ErrorCode::UNKNOWN_MEMBER_ID),
        (beat(&new, 1, Some("i")), ErrorCode::NONE),
    ] {
        let token = lab.send("a", request);
        assert_eq!(lab.error(token), Some(expected));
    }
    assert_eq!((lab.group().generation, lab.group().rebalances), (1, 1));
}

#[test]
fn a_silent_member_goes_after_its_session_timeout_and_readers_are_told_why() {
    let (mut lab, a) = Lab::stable(None);
    lab.advance(Span::from_ms(7000));
    let (b, token) = lab.join("b", None);
    assert_eq!(lab.error(token), None, "the join waits for the first member");
    lab.advance(Span::from_ms(2999));
    assert_eq!(lab.error(token), None);
    lab.events.clear();
    lab.advance(Span::from_ms(1));
    assert_eq!(lab.error(token), Some(ErrorCode::NONE));
    let why = Removal::SessionExpired { timeout: Span::from_secs(10) };
    let (group, protocol) = (Rc::from("g"), Rc::from("range"));
    assert_eq!(
        lab.events,
        [
            Event::MemberRemoved { group: Rc::clone(&group), member: a, why },
            Event::GenerationFormed { group, generation: 2, protocol, leader: b.clone(), members: 1 },
        ]
    );
    assert_eq!(lab.now, Time::from_ms(10_000));
    let group = lab.group();
    assert_eq!(
        &*group.reason,
        &*format!("Adding new member {b} with group instance id null; client reason: not provided")
    );
    assert_eq!((group.leader.as_ref(), group.members.len()), (Some(&b), 1));
}

#[test]
fn heartbeats_and_commits_keep_a_member_alive() {
    let (mut lab, id) = Lab::stable(None);
    for i in 0..6 {
        lab.advance(Span::from_ms(9999));
        let request = if i % 2 == 0 { beat(&id, 1, None) } else { commit(&id, 1, "orders", (0, i)) };
        let token = lab.send("a", request);
        assert_eq!(lab.error(token), Some(ErrorCode::NONE));
        assert_eq!(lab.group().members[0].last_heard, lab.now);
    }
    lab.advance(Span::from_ms(9_999));
    assert_eq!(lab.group().state, GroupState::Stable);
    lab.advance(Span::from_ms(1));
    assert_eq!(lab.group().state, GroupState::Empty);
}

#[test]
fn a_commit_is_stored_with_its_time_and_topic_and_the_last_one_counts() {
    let (mut lab, id) = Lab::stable(None);
    lab.advance(Span::from_ms(5));
    lab.send("a", commit(&id, 1, "orders", (2, 40)));
    lab.send("a", commit(&id, 1, "orders", (2, 41)));
    let stored: Vec<_> =
        lab.coordinator.committed("g").map(|(t, p, v)| (t.to_string(), p, v.clone())).collect();
    let value = OffsetValue {
        offset: 41,
        leader_epoch: -1,
        metadata: "".into(),
        commit_timestamp_ms: Time::from_ms(5).timestamp_ms(),
        expire_timestamp_ms: None,
        topic_id: Uuid([1; 16]),
    };
    assert_eq!(stored, [("orders".to_string(), 2, value)]);
}

#[test]
fn member_ids_given_beforehand_are_used_first() {
    let next = Map::from([(Rc::from("a"), ["a-first".into(), "a-second".into()].into())]);
    let ids = MemberIds::Given { next, rng: Rng::new(1) };
    let mut lab = Lab::without_delay();
    lab.coordinator = Coordinator::new(Config::default(), ids);
    let first: Vec<Rc<str>> = (0..3).map(|_| lab.join("a", None).0).collect();
    assert_eq!([&*first[0], &*first[1]], ["a-first", "a-second"]);
    assert_eq!((first[2].len(), &first[2][..2]), (38, "a-"));
}
