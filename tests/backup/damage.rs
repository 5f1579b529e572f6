//! Damage: any change of any byte is found, and the right file is named.
