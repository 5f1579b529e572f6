//! Layer 3: the group coordinator, a state machine.
