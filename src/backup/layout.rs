//! Where each file lies in an archive.
