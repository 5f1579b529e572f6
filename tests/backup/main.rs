//! Backups: what is written can be read, what is damaged is found and named, what is refused changes nothing.

mod chain;
mod container;
mod corruption;
mod crash;
mod damage;
mod golden;
mod inconsistent;
mod lab;
mod links;
mod manifest;
mod model;
mod moment;
mod pack;
mod plan;
mod random;
mod retention;
mod round_trip;
mod scene;
mod store;
mod tools;
mod transactions;
mod upkeep;
