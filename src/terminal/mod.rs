//! Layer 8: Kafka's command lines, each answered with the output of Kafka's own tool, to the byte.
//!
//! | module | tool |
//! |---|---|
//! | [`dump_log`] | `kafka-dump-log.sh` |

pub mod dump_log;
