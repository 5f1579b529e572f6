//! Layer 8: Kafka's command lines (none yet).
