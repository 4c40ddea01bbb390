//! The screen as a function of the model. Writes nothing but cells.

#[derive(Clone, Copy, Debug)]
pub struct Theme;
pub fn view(_: &crate::app::Model, _: &Theme, _: &mut ratatui::Frame<'_>) {}
impl Theme {
    pub fn of(_c: bool, _a: bool) -> Self {
        Theme
    }
}
