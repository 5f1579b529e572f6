//! Schemas of the records that Kafka's coordinators and controllers keep, release 4.3.1.
//!
//! The notation is that of [`super::super::schema`].

/// A kind of record of a coordinator: its key names the kind.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The number at the front of the key.
    pub id: i16,
    /// The key's schema.
    pub key: &'static str,
    /// The value's schema.
    pub value: &'static str,
}

/// Records of `__consumer_offsets`.
pub const OFFSETS: &[Entry] = &[
    // LegacyOffsetCommit
    Entry {
        id: 0,
        key: "-/0 group:s topic:s partition:i32",
        value: "-/0 offset:i64 metadata:s commitTimestamp:i64",
    },
    // OffsetCommit
    Entry {
        id: 1,
        key: "-/0 group:s topic:s partition:i32",
        value: "4/4 offset:i64 leaderEpoch@3:i32 metadata:s commitTimestamp:i64 expireTimestamp@1-1:i64 \
                topicId@4#0:uuid",
    },
    // GroupMetadata
    Entry {
        id: 2,
        key: "-/0 group:s",
        value: "4/4 protocolType:s generation:i32 protocol:s? leader:s? currentStateTimestamp@2:i64 \
                members:[memberId:s groupInstanceId@3:s? clientId:s clientHost:s rebalanceTimeout@1:i32 \
                sessionTimeout:i32 subscription:b assignment:b]!",
    },
    // ConsumerGroupMetadata
    Entry { id: 3, key: "-/0 groupId:s", value: "0/0 epoch:i32 metadataHash#0:i64=0" },
    // ConsumerGroupPartitionMetadata
    Entry {
        id: 4,
        key: "-/0 groupId:s",
        value: "0/0 topics:[topicId:uuid topicName:s numPartitions:i32 partitionMetadata:[partition:i32 \
                racks:[s]]]",
    },
    // ConsumerGroupMemberMetadata
    Entry {
        id: 5,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 instanceId:s? rackId:s? clientId:s clientHost:s subscribedTopicNames:[s] \
                subscribedTopicRegex:s? rebalanceTimeoutMs:i32 serverAssignor:s? \
                classicMemberMetadata#0:{sessionTimeoutMs:i32 supportedProtocols:[name:s metadata:b]}?",
    },
    // ConsumerGroupTargetAssignmentMetadata
    Entry { id: 6, key: "-/0 groupId:s", value: "0/0 assignmentEpoch:i32 assignmentTimestamp#0:i64=0" },
    // ConsumerGroupTargetAssignmentMember
    Entry {
        id: 7,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 topicPartitions:[topicId:uuid partitions:[i32]]",
    },
    // ConsumerGroupCurrentMemberAssignment
    Entry {
        id: 8,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 memberEpoch:i32 previousMemberEpoch:i32 state:i8 assignedPartitions:[topicId:uuid \
                partitions:[i32] assignmentEpochs#0:[i32]?]! partitionsPendingRevocation:[topicId:uuid \
                partitions:[i32] assignmentEpochs#0:[i32]?]!",
    },
    // ShareGroupMemberMetadata
    Entry {
        id: 10,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 rackId:s? clientId:s clientHost:s subscribedTopicNames:[s]",
    },
    // ShareGroupMetadata
    Entry { id: 11, key: "-/0 groupId:s", value: "0/0 epoch:i32 metadataHash:i64" },
    // ShareGroupTargetAssignmentMetadata
    Entry { id: 12, key: "-/0 groupId:s", value: "0/0 assignmentEpoch:i32 assignmentTimestamp#0:i64=0" },
    // ShareGroupTargetAssignmentMember
    Entry {
        id: 13,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 topicPartitions:[topicId:uuid partitions:[i32]]",
    },
    // ShareGroupCurrentMemberAssignment
    Entry {
        id: 14,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 memberEpoch:i32 previousMemberEpoch:i32 state:i8 assignedPartitions:[topicId:uuid \
                partitions:[i32]]!",
    },
    // ShareGroupStatePartitionMetadata
    Entry {
        id: 15,
        key: "-/0 groupId:s",
        value: "0/0 initializingTopics:[topicId:uuid topicName:s partitions:[i32]]! \
                initializedTopics:[topicId:uuid topicName:s partitions:[i32]]! deletingTopics:[topicId:uuid \
                topicName:s]!",
    },
    // ConsumerGroupRegularExpression
    Entry {
        id: 16,
        key: "-/0 groupId:s regularExpression:s",
        value: "0/0 topics:[s] version:i64 timestamp:i64",
    },
    // StreamsGroupMetadata
    Entry {
        id: 17,
        key: "-/0 groupId:s",
        value: "0/0 epoch:i32 metadataHash:i64 validatedTopologyEpoch#0:i32=-1 \
                lastAssignmentConfigs#1:[key:s value:s]!?",
    },
    // StreamsGroupMemberMetadata
    Entry {
        id: 19,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 instanceId:s? rackId:s? clientId:s clientHost:s rebalanceTimeoutMs:i32 \
                topologyEpoch:i32 processId:s userEndpoint:{host:s port:u16}!? clientTags:[key:s value:s]!",
    },
    // StreamsGroupTargetAssignmentMetadata
    Entry { id: 20, key: "-/0 groupId:s", value: "0/0 assignmentEpoch:i32 assignmentTimestamp#0:i64=0" },
    // StreamsGroupTargetAssignmentMember
    Entry {
        id: 21,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 activeTasks:[subtopologyId:s partitions:[i32]]! standbyTasks:[subtopologyId:s \
                partitions:[i32]]! warmupTasks:[subtopologyId:s partitions:[i32]]!",
    },
    // StreamsGroupCurrentMemberAssignment
    Entry {
        id: 22,
        key: "-/0 groupId:s memberId:s",
        value: "0/0 memberEpoch:i32 previousMemberEpoch:i32 state:i8 activeTasks:[subtopologyId:s \
                partitions:[i32] assignmentEpochs#0:[i32]?]! standbyTasks:[subtopologyId:s partitions:[i32] \
                assignmentEpochs#0:[i32]?]! warmupTasks:[subtopologyId:s partitions:[i32] \
                assignmentEpochs#0:[i32]?]! activeTasksPendingRevocation:[subtopologyId:s partitions:[i32] \
                assignmentEpochs#0:[i32]?]! standbyTasksPendingRevocation:[subtopologyId:s partitions:[i32] \
                assignmentEpochs#0:[i32]?]! warmupTasksPendingRevocation:[subtopologyId:s partitions:[i32] \
                assignmentEpochs#0:[i32]?]!",
    },
    // StreamsGroupTopology
    Entry {
        id: 23,
        key: "-/0 groupId:s",
        value: "0/0 epoch:i32 subtopologies:[subtopologyId:s sourceTopics:[s] sourceTopicRegex:[s] \
                stateChangelogTopics:[name:s partitions:i32 replicationFactor:i16 topicConfigs:[key:s \
                value:s]!]! repartitionSinkTopics:[s] repartitionSourceTopics:[name:s partitions:i32 \
                replicationFactor:i16 topicConfigs:[key:s value:s]!]! copartitionGroups:[sourceTopics:[i16] \
                sourceTopicRegex:[i16] repartitionSourceTopics:[i16]]]",
    },
];

/// Records of `__transaction_state`.
pub const TRANSACTIONS: &[Entry] = &[
    // TransactionLog
    Entry {
        id: 0,
        key: "-/0 transactionalId:s",
        value: "1/1 producerId:i64 previousProducerId@1#0:i64=-1 nextProducerId@1#1:i64=-1 \
                producerEpoch:i16 nextProducerEpoch@1#3:i16=-1 transactionTimeoutMs:i32 \
                transactionStatus:i8 transactionPartitions:[topic:s partitionIds:[i32]]? \
                transactionLastUpdateTimestampMs:i64 transactionStartTimestampMs:i64 \
                clientTransactionVersion@1#2:i16=0",
    },
];

/// Records of `__share_group_state`.
pub const SHARE: &[Entry] = &[
    // ShareSnapshot
    Entry {
        id: 0,
        key: "-/0 groupId:s topicId:uuid partition:i32",
        value: "0/0 snapshotEpoch:i32 stateEpoch:i32 leaderEpoch:i32 startOffset:i64 \
                deliveryCompleteCount#0:i32=-1 createTimestamp:i64 writeTimestamp:i64 \
                stateBatches:[firstOffset:i64 lastOffset:i64 deliveryState:i8 deliveryCount:i16]",
    },
    // ShareUpdate
    Entry {
        id: 1,
        key: "-/0 groupId:s topicId:uuid partition:i32",
        value: "0/0 snapshotEpoch:i32 leaderEpoch:i32 startOffset:i64 deliveryCompleteCount#0:i32=-1 \
                stateBatches:[firstOffset:i64 lastOffset:i64 deliveryState:i8 deliveryCount:i16]",
    },
];
