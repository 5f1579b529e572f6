//! The page: mounts [`rejoin::ui`].

fn main() {
    rejoin::ui::mount();
}
