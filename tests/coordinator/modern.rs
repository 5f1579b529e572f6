//! Random runs of groups to whose members the coordinator assigns, and of a group that changes its protocol: the log is
//! the state.

use crate::lab::*;
use crate::random::durable;
use proptest::collection::vec;
use proptest::prelude::*;
use rejoin::base::{Map, Set, Span, TopicPartition, Uuid};
use rejoin::group::protocol::{Assigned, Subscription};
use rejoin::group::wire::{record_from_json, record_to_json};
use rejoin::group::*;
use std::rc::Rc;

/// What a client of the consumer protocol, or of a share group, does.
#[derive(Clone, Copy, Debug)]
enum Move {
    Join,
    /// With what it has, or without saying it.
    Beat(bool),
    Leave,
    /// For a while, when it has an instance id.
    Away,
}

/// One act of a random run.
#[derive(Clone, Debug)]
enum Act {
    Consumer { client: u8, to: Move, topics: u8, fixed: bool },
    Classic { client: u8, fixed: bool },
    Sync { client: u8 },
    ClassicBeat { client: u8 },
    ClassicLeave { client: u8 },
    Share { client: u8, to: Move, topics: u8 },
    Commit { client: u8, partition: i32 },
    Topic { name: u8, partitions: i32 },
    Delete,
    Wait { ms: u64 },
}

fn acts() -> impl Strategy<Value = Act> {
    let client = || 0..4u8;
    let to = || {
        prop_oneof![
            3 => Just(Move::Join),
            8 => Just(Move::Beat(true)),
            2 => Just(Move::Beat(false)),
            1 => Just(Move::Leave),
            1 => Just(Move::Away),
        ]
    };
    prop_oneof![
        8 => (client(), to(), 0..5u8, any::<bool>())
            .prop_map(|(client, to, topics, fixed)| Act::Consumer { client, to, topics, fixed }),
        4 => (client(), any::<bool>()).prop_map(|(client, fixed)| Act::Classic { client, fixed }),
        4 => client().prop_map(|client| Act::Sync { client }),
        2 => client().prop_map(|client| Act::ClassicBeat { client }),
        1 => client().prop_map(|client| Act::ClassicLeave { client }),
        6 => (client(), to(), 0..4u8).prop_map(|(client, to, topics)| Act::Share { client, to, topics }),
        1 => (client(), 0..3i32).prop_map(|(client, partition)| Act::Commit { client, partition }),
        2 => (0..3u8, 0..6i32).prop_map(|(name, partitions)| Act::Topic { name, partitions }),
        1 => Just(Act::Delete),
        3 => (0..4000u64).prop_map(|ms| Act::Wait { ms }),
        1 => (0..60_000u64).prop_map(|ms| Act::Wait { ms }),
    ]
}

/// What a client knows.
#[derive(Clone, Default)]
struct Client {
    id: Rc<str>,
    epoch: i32,
    has: Vec<(Uuid, Vec<i32>)>,
}

/// The clients of a run: of the consumer protocol, of the classic one, of the share group.
#[derive(Default)]
struct Clients {
    consumers: Map<u8, Client>,
    classic: Map<u8, Client>,
    sharers: Map<u8, Client>,
    /// The number that the id of the next new topic is made of.
    topics: u8,
}

const NAMES: [&str; 3] = ["orders", "payments", "audit"];

fn names(topics: u8) -> Vec<Rc<str>> {
    NAMES
        .iter()
        .zip(0..)
        .filter(|(_, bit)| (topics + 1) >> bit & 1 == 1)
        .map(|(name, _)| (*name).into())
        .collect()
}

/// What a heartbeat's answer teaches the client.
fn learn(lab: &Lab, token: u64, client: &mut Client) {
    let (Some(Reply::ConsumerHeartbeat(r)) | Some(Reply::ShareHeartbeat(r))) = lab.replies.get(&token) else {
        panic!("a heartbeat is answered at once")
    };
    if r.error.is_none() {
        client.epoch = r.member_epoch;
        client.has = r.assignment.clone().unwrap_or_else(|| client.has.clone());
    }
}

fn consumer(lab: &mut Lab, clients: &mut Clients, (number, to, topics, fixed): (u8, Move, u8, bool)) {
    let known = || Client { id: format!("m{number}").into(), ..Client::default() };
    let mut client = clients.consumers.get(&number).cloned().unwrap_or_else(known);
    let joins = matches!(to, Move::Join);
    if joins {
        client.has.clear();
    }
    let request = ConsumerHeartbeat {
        group_id: "g".into(),
        member_id: client.id.clone(),
        member_epoch: match to {
            Move::Join => 0,
            Move::Beat(_) => client.epoch,
            Move::Leave => -1,
            Move::Away => -2,
        },
        instance_id: fixed.then(|| format!("i{number}").into()),
        rack_id: None,
        rebalance_timeout_ms: if joins { 20_000 } else { -1 },
        topics: joins.then(|| names(topics)),
        regex: (joins && topics == 4).then(|| "[a-p].*".into()),
        assignor: None,
        owned: matches!(to, Move::Join | Move::Beat(true)).then(|| client.has.clone()),
    };
    let token = lab.send(&format!("c{number}"), Request::ConsumerHeartbeat(request));
    learn(lab, token, &mut client);
    clients.consumers.insert(number, client);
}

fn share(lab: &mut Lab, clients: &mut Clients, (number, to, topics): (u8, Move, u8)) {
    let known = || Client { id: format!("s{number}").into(), ..Client::default() };
    let mut client = clients.sharers.get(&number).cloned().unwrap_or_else(known);
    let request = ShareHeartbeat {
        group_id: "s".into(),
        member_id: client.id.clone(),
        member_epoch: match to {
            Move::Join => 0,
            Move::Beat(_) => client.epoch,
            Move::Leave | Move::Away => -1,
        },
        rack_id: None,
        topics: matches!(to, Move::Join).then(|| names(topics)),
    };
    let token = lab.send(&format!("c{number}"), Request::ShareHeartbeat(request));
    learn(lab, token, &mut client);
    clients.sharers.insert(number, client);
}

/// Who is in the group, whatever its protocol.
fn is_member(lab: &Lab, id: &str) -> bool {
    lab.coordinator.group("g").is_some_and(|group| group.members.iter().any(|member| &*member.id == id))
}

fn classic_join(lab: &mut Lab, clients: &mut Clients, (number, fixed): (u8, bool)) {
    let client = clients.classic.get(&number).cloned().unwrap_or_default();
    // One that is not a member any more comes as a stranger. (To an empty consumer group an id that it does not know is
    // not sent: as in Kafka the group is forgotten then, and no record says so.)
    let id = if is_member(lab, &client.id) { client.id } else { "".into() };
    let instance = format!("k{number}");
    let instance = fixed.then_some(&*instance);
    let (name, metadata) =
        (format!("k{number}"), Subscription { topics: names(0), ..Subscription::default() });
    let request = |id: &str| match join(id, instance) {
        Request::JoinGroup(join) => Request::JoinGroup(JoinGroup {
            protocols: vec![JoinProtocol { name: "range".into(), metadata: metadata.encode() }],
            ..join
        }),
        other => other,
    };
    let mut token = lab.send(&name, request(&id));
    if let Some(Reply::JoinGroup(r)) = lab.replies.get(&token)
        && r.error == ErrorCode::MEMBER_ID_REQUIRED
    {
        let id = r.member_id.clone();
        token = lab.send(&name, request(&id));
    }
    if let Some(Reply::JoinGroup(r)) = lab.replies.get(&token)
        && r.error.is_none()
    {
        let client = Client { id: r.member_id.clone(), epoch: r.generation_id, has: Vec::new() };
        clients.classic.insert(number, client);
    }
}

fn sync(lab: &mut Lab, clients: &Clients, number: u8) {
    let client = clients.classic.get(&number).cloned().unwrap_or_default();
    let members = lab.coordinator.group("g").map_or(Vec::new(), |group| group.members);
    let assigned = |place: usize| {
        let partitions = vec![TopicPartition::new("orders", place as i32)];
        Assigned { partitions, user_data: None }.encode()
    };
    let assignments = members.iter().enumerate().map(|(place, m)| (m.id.clone(), assigned(place))).collect();
    let request = SyncGroup {
        group_id: "g".into(),
        generation_id: client.epoch,
        member_id: client.id,
        group_instance_id: None,
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments,
    };
    lab.send(&format!("k{number}"), Request::SyncGroup(request));
}

fn play(lab: &mut Lab, clients: &mut Clients, act: &Act) {
    let classic = |clients: &Clients, number: u8| clients.classic.get(&number).cloned().unwrap_or_default();
    match *act {
        Act::Consumer { client, to, topics, fixed } => consumer(lab, clients, (client, to, topics, fixed)),
        Act::Share { client, to, topics } => share(lab, clients, (client, to, topics)),
        Act::Classic { client, fixed } => classic_join(lab, clients, (client, fixed)),
        Act::Sync { client } => sync(lab, clients, client),
        Act::ClassicBeat { client } => {
            let Client { id, epoch, .. } = classic(clients, client);
            lab.send("k", beat(&id, epoch, None));
        }
        Act::ClassicLeave { client } => _ = lab.send("k", leave(&classic(clients, client).id)),
        Act::Commit { client, partition } => {
            let Client { id, epoch, .. } = clients.consumers.get(&client).cloned().unwrap_or_default();
            lab.send("c", commit(&id, epoch, "orders", (partition, i64::from(epoch))));
        }
        Act::Topic { name, partitions } => {
            let mut metadata = lab.metadata.clone();
            let name: Rc<str> = NAMES[name as usize].into();
            match metadata.topics.get_mut(&name) {
                Some(_) if partitions == 0 => _ = metadata.topics.remove(&name),
                Some(topic) => topic.partitions = topic.partitions.max(partitions),
                None => {
                    clients.topics += 1;
                    let id = Uuid([10 + clients.topics; 16]);
                    let topic = TopicInfo { id, partitions: partitions.max(1), racks: Vec::new() };
                    metadata.topics.insert(name, topic);
                }
            }
            lab.set_metadata(metadata);
        }
        Act::Delete => {
            let groups = vec!["g".into(), "s".into()];
            lab.send("admin", Request::DeleteGroups(DeleteGroups { groups }));
        }
        Act::Wait { ms } => lab.advance(Span::from_ms(ms)),
    }
}

/// All that can be asked about groups and is in the log.
fn told(lab: &Lab, coordinator: &Coordinator) -> Vec<Outcome> {
    let mut coordinator = coordinator.clone();
    let context = Context { client_id: "admin".into(), client_host: "/127.0.0.1".into(), version: 1 };
    let about = |group: &str| ConsumerDescribe { groups: vec![group.into()] };
    let questions = [Request::ConsumerDescribe(about("g")), Request::ShareDescribe(about("s"))];
    questions.into_iter().map(|question| coordinator.handle(lab.now, 0, &context, question)).collect()
}

/// Whether a partition of the consumer group belongs to two members.
fn is_shared(lab: &Lab) -> bool {
    let Some(Output::Reply { reply: Reply::ConsumerDescribe(r), .. }) =
        told(lab, &lab.coordinator).remove(0).outputs.pop()
    else {
        panic!("a description is the only output")
    };
    let mut seen = Set::new();
    let held = r.groups[0].members.iter().flat_map(|member| &member.assignment);
    let mut held = held.flat_map(|topic| topic.partitions.iter().map(|number| (topic.id, *number)));
    held.any(|partition| !seen.insert(partition))
}

/// Two static members of the classic protocol that have settled.
fn two_static(lab: &mut Lab, clients: &mut Clients) {
    for client in [0, 1, 0] {
        classic_join(lab, clients, (client, true));
    }
    for (client, view) in lab
        .coordinator
        .group("g")
        .expect("it was made")
        .members
        .iter()
        .map(|m| (m.client_id.clone(), m.id.clone()))
    {
        let number = u8::from(&*client == "k1");
        let epoch = lab.coordinator.group("g").expect("it was made").generation;
        clients.classic.insert(number, Client { id: view, epoch, has: Vec::new() });
    }
    for client in [0, 1] {
        sync(lab, clients, client);
    }
}

/// A group of two static members, of which one came back in the consumer protocol, with an expression or without.
fn moved(regex: Option<&str>) -> Lab {
    let mut lab = Lab::without_delay();
    let mut clients = Clients::default();
    two_static(&mut lab, &mut clients);
    assert_eq!(lab.group().state, GroupState::Stable);
    let moved = ConsumerHeartbeat {
        group_id: "g".into(),
        member_id: "m1".into(),
        member_epoch: 0,
        instance_id: Some("k1".into()),
        rack_id: None,
        rebalance_timeout_ms: 20_000,
        topics: Some(names(0)),
        regex: regex.map(Rc::from),
        assignor: None,
        owned: Some(Vec::new()),
    };
    lab.send("k1", Request::ConsumerHeartbeat(moved));
    lab
}

/// The static member comes back in the classic protocol; its generation.
fn back(lab: &mut Lab) -> i32 {
    let metadata = Subscription { topics: names(0), ..Subscription::default() }.encode();
    let Request::JoinGroup(back) = join("", Some("k1")) else { unreachable!("a join") };
    let protocols = vec![JoinProtocol { name: "range".into(), metadata }];
    let token = lab.send("k1", Request::JoinGroup(JoinGroup { protocols, ..back }));
    let Some(Reply::JoinGroup(reply)) = lab.replies.get(&token) else { panic!("it is answered at once") };
    assert_eq!(reply.error, ErrorCode::NONE);
    reply.generation_id
}

#[test]
fn a_group_that_is_taken_back_before_its_newest_target_is_made_rebalances() {
    // Partitions came: the epoch is raised, and the target stays behind.
    let mut lab = moved(None);
    let mut metadata = lab.metadata.clone();
    metadata.topics.get_mut("orders").expect("a topic").partitions = 5;
    lab.set_metadata(metadata);
    back(&mut lab);
    assert_eq!(lab.group().state, GroupState::PreparingRebalance);
    // A classic member has no expression: that is another subscription, and nobody needs the expression any more.
    let mut lab = moved(Some("ord.*"));
    back(&mut lab);
    assert_eq!(lab.group().state, GroupState::PreparingRebalance);
    let records = lab.log.iter().flat_map(|batch| &batch.records);
    let gone = records.filter(|record| matches!(record, Record::ConsumerRegex(_, None))).count();
    assert!(gone > 0, "the expression is forgotten");
}

#[test]
fn a_static_member_that_comes_back_in_the_classic_protocol_takes_the_group_back() {
    let mut lab = moved(None);
    let upgraded = lab.group();
    assert_eq!((upgraded.protocol, upgraded.members.len()), (None, 2));
    let held: Vec<Bytes> = upgraded.members.iter().map(|member| member.assignment.clone()).collect();

    assert_eq!(back(&mut lab), upgraded.generation);
    let group = lab.group();
    assert_eq!((group.state, group.generation), (GroupState::Stable, upgraded.generation));
    assert_eq!(group.protocol.as_deref(), Some("range"));
    let mut assigned: Vec<Bytes> = group.members.iter().map(|member| member.assignment.clone()).collect();
    assigned.sort();
    let mut held = held;
    held.sort();
    assert_eq!(assigned, held, "nobody loses anything");
    let mut again = Coordinator::new(Config::default(), MemberIds::Numbered { made: 0 });
    again.restart(lab.now, &lab.log);
    assert_eq!(durable(again.group("g").expect("it is in the log")), durable(group));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// For any prefix of any run: replaying the records gives the same groups, whatever their protocol; every record
    /// survives its way through JSON; and of a consumer group no two members have the same partition.
    #[test]
    fn the_log_is_the_state_of_consumer_and_share_groups(acts in vec(acts(), 1..80)) {
        let mut lab = Lab::without_delay();
        let mut clients = Clients::default();
        let mut read = 0;
        for act in &acts {
            play(&mut lab, &mut clients, act);
            let mut again = Coordinator::new(Config::default(), MemberIds::Numbered { made: 0 });
            again.set_metadata(lab.now, lab.metadata.clone());
            again.restart(lab.now, &lab.log);
            prop_assert_eq!(told(&lab, &again), told(&lab, &lab.coordinator));
            prop_assert!(!is_shared(&lab), "a partition has one owner");
            let offsets = |c: &Coordinator| c.committed("g").map(|(t, p, v)| (t.clone(), p, v.clone())).collect::<Vec<_>>();
            prop_assert_eq!(offsets(&again), offsets(&lab.coordinator));
            prop_assert_eq!(again.groups().collect::<Vec<_>>(), lab.coordinator.groups().collect::<Vec<_>>());
            let settled = |view: &GroupView| matches!(view.state, GroupState::Stable | GroupState::Empty);
            if let Some(view) = lab.coordinator.group("g").filter(settled) {
                prop_assert_eq!(durable(again.group("g").expect("it is among the groups")), durable(view));
            }
            for record in lab.log[read..].iter().flat_map(|batch| &batch.records) {
                prop_assert_eq!(&record_from_json(&record_to_json(record)), &Ok(record.clone()));
            }
            read = lab.log.len();
        }
    }
}
