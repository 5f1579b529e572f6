//! Committed offsets as Kafka keeps them: records of `__consumer_offsets`, and CSV lines for its tools.
