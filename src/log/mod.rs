//! Layer 1: records, batches in Kafka's bytes, a partition's log.
