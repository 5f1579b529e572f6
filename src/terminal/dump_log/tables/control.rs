//! Schemas of control records and of what members of classic groups send.

/// What a member of a classic group wants.
pub const SUBSCRIPTION: &str = "-/3 topics:[s] userData:b? ownedPartitions@1:[topic@1:s partitions@1:[i32]] generationId@2:i32 \
     rackId@3:s?";

/// What a member of a classic group has.
pub const ASSIGNMENT: &str = "-/3 assignedPartitions:[topic:s partitions:[i32]] userData:b?";

/// A new leader of the quorum.
pub const LEADER_CHANGE: &str = "0/1 version:i16 leaderId:i32 voters:[voterId:i32 voterDirectoryId@1:uuid]! grantingVoters:[voterId:i32 \
     voterDirectoryId@1:uuid]!";

/// The start of a snapshot.
pub const SNAPSHOT_HEADER: &str = "0/0 version:i16 lastContainedLogTimestamp:i64";

/// The end of a snapshot.
pub const SNAPSHOT_FOOTER: &str = "0/0 version:i16";

/// The version of the quorum's protocol.
pub const KRAFT_VERSION: &str = "0/0 version:i16 kRaftVersion:i16";

/// Who votes in the quorum.
pub const KRAFT_VOTERS: &str = "0/0 version:i16 voters:[voterId:i32 voterDirectoryId:uuid endpoints:[name:s host:s port:u16] \
     kRaftVersionFeature:{minSupportedVersion:i16 maxSupportedVersion:i16}]";
