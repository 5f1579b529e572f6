//! Random runs: what holds in each moment of them.

use crate::lab::*;
use proptest::collection::vec;
use proptest::prelude::*;
use rejoin::base::Span;
use rejoin::group::*;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One act of a random run.
#[derive(Clone, Debug)]
enum Act {
    Join { client: u8, fixed: bool },
    Rejoin { client: u8 },
    Sync { client: u8 },
    Beat { client: u8 },
    Leave { client: u8 },
    Commit { client: u8, partition: i32, offset: i64 },
    Simple { partition: i32, offset: i64 },
    Forget { payments: bool },
    Delete,
    Wait { ms: u64 },
}

fn acts() -> impl Strategy<Value = Act> {
    let client = || 0..4u8;
    prop_oneof![
        4 => (client(), any::<bool>()).prop_map(|(client, fixed)| Act::Join { client, fixed }),
        4 => client().prop_map(|client| Act::Rejoin { client }),
        8 => client().prop_map(|client| Act::Sync { client }),
        3 => client().prop_map(|client| Act::Beat { client }),
        1 => client().prop_map(|client| Act::Leave { client }),
        3 => (client(), 0..4i32, 0..99i64).prop_map(|(client, partition, offset)| Act::Commit { client, partition, offset }),
        1 => (0..4i32, 0..99i64).prop_map(|(partition, offset)| Act::Simple { partition, offset }),
        1 => any::<bool>().prop_map(|payments| Act::Forget { payments }),
        1 => Just(Act::Delete),
        3 => (0..4000u64).prop_map(|ms| Act::Wait { ms }),
        1 => (0..40_000u64).prop_map(|ms| Act::Wait { ms }),
    ]
}

/// Plays an act. Clients know the last id that they were given, and the generation that the group has.
fn play(lab: &mut Lab, ids: &mut BTreeMap<u8, Rc<str>>, act: &Act) {
    let generation = lab.coordinator.group("g").map_or(0, |g| g.generation);
    let name = |client: u8| format!("c{client}");
    let id = |ids: &BTreeMap<u8, Rc<str>>, client: u8| {
        ids.get(&client).cloned().unwrap_or_else(|| "nobody".into())
    };
    match *act {
        Act::Join { client, fixed } => {
            let instance = format!("i{client}");
            let token = lab.send(&name(client), join("", fixed.then_some(&*instance)));
            if let Some(Reply::JoinGroup(r)) = lab.replies.get(&token) {
                let (id, comes_back) = (r.member_id.clone(), r.error == ErrorCode::MEMBER_ID_REQUIRED);
                if comes_back {
                    lab.send(&name(client), join(&id, None));
                }
                ids.insert(client, id);
            }
        }
        Act::Rejoin { client } => _ = lab.send(&name(client), join(&id(ids, client), None)),
        Act::Sync { client } => {
            let members = lab.coordinator.group("g").map_or(Vec::new(), |g| g.members);
            let all: Vec<&str> = members.iter().map(|m| &*m.id).collect();
            lab.send(&name(client), sync(&id(ids, client), generation, &all));
        }
        Act::Beat { client } => _ = lab.send(&name(client), beat(&id(ids, client), generation, None)),
        Act::Leave { client } => _ = lab.send(&name(client), leave(&id(ids, client))),
        Act::Commit { client, partition, offset } => {
            lab.send(&name(client), commit(&id(ids, client), generation, "orders", (partition, offset)));
        }
        Act::Simple { partition, offset } => {
            lab.send("admin", commit("", -1, "payments", (partition, offset)));
        }
        Act::Forget { payments } => {
            _ = lab.send("admin", forget(if payments { "payments" } else { "orders" }))
        }
        Act::Delete => _ = lab.send("admin", delete()),
        Act::Wait { ms } => lab.advance(Span::from_ms(ms)),
    }
    for view in lab.coordinator.group("g").iter().flat_map(|g| &g.members) {
        let client = view.client_id.strip_prefix('c').and_then(|n| n.parse().ok());
        ids.insert(client.expect("clients are named so"), view.id.clone());
    }
}

/// What a record can say of a group.
pub type Durable = (
    i32,
    Option<Rc<str>>,
    Option<Rc<str>>,
    Option<Rc<str>>,
    BTreeMap<Rc<str>, (Option<Rc<str>>, Bytes, Bytes)>,
);

pub fn durable(group: GroupView) -> Durable {
    let member = |m: MemberView| (m.id, (m.instance, m.metadata, m.assignment));
    let members = group.members.into_iter().map(member).collect();
    (group.generation, group.protocol_type, group.protocol, group.leader, members)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// For any prefix of any run: replaying the records gives all offsets, and every group that is stable or empty.
    #[test]
    fn the_log_is_the_state(acts in vec(acts(), 1..60)) {
        let mut lab = Lab::without_delay();
        let mut ids = BTreeMap::new();
        for act in &acts {
            play(&mut lab, &mut ids, act);
            let mut again = Coordinator::new(Config::default(), MemberIds::Numbered { made: 0 });
            again.restart(lab.now, &lab.log);
            let offsets = |c: &Coordinator| c.committed("g").map(|(t, p, v)| (t.clone(), p, v.clone())).collect::<Vec<_>>();
            prop_assert_eq!(offsets(&again), offsets(&lab.coordinator));
            prop_assert_eq!(again.groups().collect::<Vec<_>>(), lab.coordinator.groups().collect::<Vec<_>>());
            let settled = |view: &GroupView| matches!(view.state, GroupState::Stable | GroupState::Empty);
            if let Some(view) = lab.coordinator.group("g").filter(settled) {
                let replayed = again.group("g").expect("it is among the groups");
                prop_assert_eq!(replayed.state, view.state);
                prop_assert_eq!(durable(replayed), durable(view));
            }
            let mut restarted = lab.coordinator.clone();
            restarted.restart(lab.now, &lab.log);
            let views = |c: &Coordinator| c.groups().map(|g| c.group(g)).collect::<Vec<_>>();
            prop_assert_eq!(views(&restarted), views(&again));
        }
    }

    /// A group has one leader, who is a member; who waits for a sync waits in the phase in which syncs are held.
    #[test]
    fn states_and_members_fit_together(acts in vec(acts(), 1..80)) {
        let mut lab = Lab::new(Config { initial_rebalance_delay_ms: 500, max_size: 3, ..Config::default() });
        let mut ids = BTreeMap::new();
        for act in &acts {
            play(&mut lab, &mut ids, act);
            let Some(group) = lab.coordinator.group("g") else { continue };
            let names: BTreeSet<&Rc<str>> = group.members.iter().map(|m| &m.id).collect();
            prop_assert_eq!(group.leader.is_some(), !names.is_empty());
            prop_assert!(group.leader.iter().all(|leader| names.contains(leader)));
            let empty = names.is_empty();
            prop_assert!(!matches!(group.state, GroupState::Stable | GroupState::CompletingRebalance) || !empty);
            prop_assert!(group.state != GroupState::Empty || empty);
            for member in &group.members {
                prop_assert!(!member.awaiting_join || group.state == GroupState::PreparingRebalance);
                prop_assert!(!member.awaiting_sync || group.state == GroupState::CompletingRebalance);
            }
        }
    }
}
