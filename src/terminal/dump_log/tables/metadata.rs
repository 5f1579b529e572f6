//! Schemas of the records of `__cluster_metadata`, and of the log of tiered storage.

/// A kind of record.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its number.
    pub id: i16,
    /// Kafka's name of it.
    pub name: &'static str,
    /// Its schema.
    pub fields: &'static str,
}

/// Records of `__cluster_metadata`.
pub const METADATA: &[Entry] = &[
    Entry {
        id: 0,
        name: "REGISTER_BROKER_RECORD",
        fields: "0/4 brokerId:i32 isMigratingZkBroker@2:bool incarnationId:uuid brokerEpoch:i64 \
                 endPoints:[name:s host:s port:u16 securityProtocol:i16] features:[name:s \
                 minSupportedVersion:i16 maxSupportedVersion:i16] rack:s? fenced:bool \
                 inControlledShutdown@1:bool logDirs@3#0:[uuid] cordonedLogDirs@4#1:[uuid]?=null",
    },
    Entry { id: 1, name: "UNREGISTER_BROKER_RECORD", fields: "0/0 brokerId:i32 brokerEpoch:i64" },
    Entry { id: 2, name: "TOPIC_RECORD", fields: "0/0 name:s topicId:uuid" },
    Entry {
        id: 3,
        name: "PARTITION_RECORD",
        fields: "0/2 partitionId:i32 topicId:uuid replicas:[i32] isr:[i32] removingReplicas:[i32] \
                 addingReplicas:[i32] leader:i32 leaderRecoveryState#0:i8=0 leaderEpoch:i32 \
                 partitionEpoch:i32 directories@1:[uuid] eligibleLeaderReplicas@2#1:[i32]?=null \
                 lastKnownElr@2#2:[i32]?=null",
    },
    Entry { id: 4, name: "CONFIG_RECORD", fields: "0/0 resourceType:i8 resourceName:s name:s value:s?" },
    Entry {
        id: 5,
        name: "PARTITION_CHANGE_RECORD",
        fields: "0/2 partitionId:i32 topicId:uuid isr#0:[i32]?=null leader#1:i32=-2 replicas#2:[i32]?=null \
                 removingReplicas#3:[i32]?=null addingReplicas#4:[i32]?=null leaderRecoveryState#5:i8=-1 \
                 directories@1#8:[uuid]?=null eligibleLeaderReplicas@2#6:[i32]?=null \
                 lastKnownElr@2#7:[i32]?=null",
    },
    Entry { id: 7, name: "FENCE_BROKER_RECORD", fields: "0/0 id:i32 epoch:i64" },
    Entry { id: 8, name: "UNFENCE_BROKER_RECORD", fields: "0/0 id:i32 epoch:i64" },
    Entry { id: 9, name: "REMOVE_TOPIC_RECORD", fields: "0/0 topicId:uuid" },
    Entry {
        id: 10,
        name: "DELEGATION_TOKEN_RECORD",
        fields: "0/0 owner:s requester:s renewers:[s] issueTimestamp:i64 maxTimestamp:i64 \
                 expirationTimestamp:i64 tokenId:s",
    },
    Entry {
        id: 11,
        name: "USER_SCRAM_CREDENTIAL_RECORD",
        fields: "0/0 name:s mechanism:i8 salt:b storedKey:b serverKey:b iterations:i32",
    },
    Entry { id: 12, name: "FEATURE_LEVEL_RECORD", fields: "0/0 name:s featureLevel:i16" },
    Entry {
        id: 14,
        name: "CLIENT_QUOTA_RECORD",
        fields: "0/0 entity:[entityType:s entityName:s?] key:s value:f64 remove:bool",
    },
    Entry {
        id: 15,
        name: "PRODUCER_IDS_RECORD",
        fields: "0/0 brokerId:i32 brokerEpoch:i64 nextProducerId:i64",
    },
    Entry {
        id: 17,
        name: "BROKER_REGISTRATION_CHANGE_RECORD",
        fields: "0/3 brokerId:i32 brokerEpoch:i64 fenced#0:i8 inControlledShutdown@1#1:i8 \
                 logDirs@2#2:[uuid] cordonedLogDirs@3#3:[uuid]?=null",
    },
    Entry {
        id: 18,
        name: "ACCESS_CONTROL_ENTRY_RECORD",
        fields: "0/0 id:uuid resourceType:i8 resourceName:s patternType:i8 principal:s host:s operation:i8 \
                 permissionType:i8",
    },
    Entry { id: 19, name: "REMOVE_ACCESS_CONTROL_ENTRY_RECORD", fields: "0/0 id:uuid" },
    Entry { id: 20, name: "NO_OP_RECORD", fields: "0/0" },
    Entry { id: 21, name: "ZK_MIGRATION_STATE_RECORD", fields: "0/0 zkMigrationState:i8" },
    Entry { id: 22, name: "REMOVE_USER_SCRAM_CREDENTIAL_RECORD", fields: "0/0 name:s mechanism:i8" },
    Entry { id: 23, name: "BEGIN_TRANSACTION_RECORD", fields: "0/0 name#0:s?=null" },
    Entry { id: 24, name: "END_TRANSACTION_RECORD", fields: "0/0" },
    Entry { id: 25, name: "ABORT_TRANSACTION_RECORD", fields: "0/0 reason#0:s?=null" },
    Entry { id: 26, name: "REMOVE_DELEGATION_TOKEN_RECORD", fields: "0/0 tokenId:s" },
    Entry {
        id: 27,
        name: "REGISTER_CONTROLLER_RECORD",
        fields: "0/0 controllerId:i32 incarnationId:uuid zkMigrationReady:bool endPoints:[name:s host:s \
                 port:u16 securityProtocol:i16] features:[name:s minSupportedVersion:i16 \
                 maxSupportedVersion:i16]",
    },
    Entry { id: 28, name: "CLEAR_ELR_RECORD", fields: "0/0 topicName:s" },
];

/// Records of `__remote_log_metadata`.
pub const REMOTE: &[Entry] = &[
    Entry {
        id: 0,
        name: "REMOTE_LOG_SEGMENT_METADATA_RECORD",
        fields: "0/0 remoteLogSegmentId:{topicIdPartition:{name:s id:uuid partition:i32} id:uuid} \
                 startOffset:i64 endOffset:i64 brokerId:i32 maxTimestampMs:i64 eventTimestampMs:i64 \
                 segmentLeaderEpochs:[leaderEpoch:i32 offset:i64] segmentSizeInBytes:i32 customMetadata:b? \
                 remoteLogSegmentState:i8 txnIndexEmpty#0:bool",
    },
    Entry {
        id: 1,
        name: "REMOTE_LOG_SEGMENT_METADATA_UPDATE_RECORD",
        fields: "0/0 remoteLogSegmentId:{topicIdPartition:{name:s id:uuid partition:i32} id:uuid} \
                 brokerId:i32 eventTimestampMs:i64 customMetadata:b? remoteLogSegmentState:i8",
    },
    Entry {
        id: 2,
        name: "REMOTE_PARTITION_DELETE_METADATA_RECORD",
        fields: "0/0 topicIdPartition:{name:s id:uuid partition:i32} brokerId:i32 eventTimestampMs:i64 \
                 remotePartitionDeleteState:i8",
    },
    Entry {
        id: 3,
        name: "REMOTE_LOG_SEGMENT_METADATA_SNAPSHOT_RECORD",
        fields: "0/0 segmentId:uuid startOffset:i64 endOffset:i64 brokerId:i32 maxTimestampMs:i64 \
                 eventTimestampMs:i64 segmentLeaderEpochs:[leaderEpoch:i32 offset:i64] \
                 segmentSizeInBytes:i32 customMetadata:b? remoteLogSegmentState:i8 txnIndexEmpty#0:bool",
    },
];
