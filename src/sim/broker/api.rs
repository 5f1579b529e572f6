//! Requests and replies as Kafka's wire has them: names, versions, errors.

use crate::group::{ErrorCode, Reply, Request, TopicRef};

/// The version in which Kafka's 4.3.1 consumers send a request.
pub(super) fn version(request: &Request) -> i16 {
    let by_id = |topic: &TopicRef| matches!(topic, TopicRef::Id(_));
    match request {
        Request::OffsetCommit(of) if of.topics.iter().any(|(topic, _)| by_id(topic)) => 10,
        Request::OffsetFetch(of)
            if of.groups.iter().any(|of| of.topics.iter().flatten().any(|(topic, _)| by_id(topic))) =>
        {
            10
        }
        Request::JoinGroup(_) | Request::OffsetCommit(_) | Request::OffsetFetch(_) => 9,
        Request::SyncGroup(_)
        | Request::LeaveGroup(_)
        | Request::TxnOffsetCommit(_)
        | Request::ListGroups(_) => 5,
        Request::Heartbeat(_) => 4,
        Request::ConsumerHeartbeat(_)
        | Request::ConsumerDescribe(_)
        | Request::ShareHeartbeat(_)
        | Request::ShareDescribe(_) => 1,
        Request::OffsetDelete(_) => 0,
        Request::DescribeGroups(_) => 6,
        Request::DeleteGroups(_) => 2,
    }
}

/// Kafka's name of the request that a reply answers.
pub(in crate::sim) fn api(reply: &Reply) -> &'static str {
    match reply {
        Reply::JoinGroup(_) => "JoinGroup",
        Reply::SyncGroup(_) => "SyncGroup",
        Reply::Heartbeat(_) => "Heartbeat",
        Reply::LeaveGroup(_) => "LeaveGroup",
        Reply::OffsetCommit(_) => "OffsetCommit",
        Reply::TxnOffsetCommit(_) => "TxnOffsetCommit",
        Reply::OffsetFetch(_) => "OffsetFetch",
        Reply::OffsetDelete(_) => "OffsetDelete",
        Reply::DescribeGroups(_) => "DescribeGroups",
        Reply::ListGroups(_) => "ListGroups",
        Reply::DeleteGroups(_) => "DeleteGroups",
        Reply::ConsumerHeartbeat(_) => "ConsumerGroupHeartbeat",
        Reply::ShareHeartbeat(_) => "ShareGroupHeartbeat",
        Reply::ConsumerDescribe(_) => "ConsumerGroupDescribe",
        Reply::ShareDescribe(_) => "ShareGroupDescribe",
    }
}

/// The first error of a reply.
pub(in crate::sim) fn error_of(reply: &Reply) -> ErrorCode {
    match reply {
        Reply::JoinGroup(reply) => reply.error,
        Reply::SyncGroup(reply) => reply.error,
        Reply::Heartbeat(reply) => reply.error,
        Reply::LeaveGroup(reply) => {
            first([reply.error].into_iter().chain(reply.members.iter().map(|member| member.error)))
        }
        Reply::OffsetCommit(reply) | Reply::TxnOffsetCommit(reply) => first(
            &mut reply.topics.iter().flat_map(|(_, partitions)| partitions.iter().map(|(_, error)| *error)),
        ),
        Reply::OffsetFetch(reply) => first(reply.groups.iter().map(|group| group.error)),
        Reply::OffsetDelete(reply) => reply.error,
        Reply::DescribeGroups(reply) => first(reply.groups.iter().map(|group| group.error)),
        Reply::DeleteGroups(reply) => first(reply.results.iter().map(|(_, error)| *error)),
        Reply::ListGroups(_) => ErrorCode::NONE,
        Reply::ConsumerHeartbeat(reply) | Reply::ShareHeartbeat(reply) => reply.error,
        Reply::ConsumerDescribe(reply) | Reply::ShareDescribe(reply) => {
            first(reply.groups.iter().map(|group| group.error))
        }
    }
}

fn first(mut errors: impl Iterator<Item = ErrorCode>) -> ErrorCode {
    errors.find(|error| !error.is_none()).unwrap_or(ErrorCode::NONE)
}
