//! Backups: what is written can be read, what is damaged is found and named, what is refused changes nothing.

mod damage;
mod manifest;
mod round_trip;
mod scene;
