//! The screen as text and styles, at the sizes that people have, and what holds for it whatever comes from outside.

#[path = "view/hostile.rs"]
mod hostile;
#[path = "view/pictures.rs"]
mod pictures;
#[path = "view/sample.rs"]
mod sample;
