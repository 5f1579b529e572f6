//! Small pieces that every panel uses.

mod button;
mod field;
mod file_button;
mod icon;
mod menu;
mod picture;
mod tabs;

pub use button::{Button, Look};
pub use field::{FieldProps, field};
pub use file_button::FileButton;
pub use icon::{icon, icon_small, state};
pub use menu::{Menu, MenuItem};
pub use picture::{picture, picture_over, shape, stretched};
pub use tabs::{TabItem, TabsProps, tabs};
