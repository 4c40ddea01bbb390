//! The list of links and files. The host that would be asked stands before everything that a visitor wrote.

use crate::app::layout::Area;
use crate::app::links::{Odd, Scheme};
use crate::app::listing::{Item, Listing};
use crate::text::{sanitize_line, width};

use super::painter::{Painter, Pen};
use super::popup::{fits, frame};
use super::{Place, Scene};

/// The widest line.
const WIDEST: usize = 88;
/// The widest host; a longer one is cut in front, since its end says whose it is.
const HOST: usize = 40;

/// Draws it; the place of the one under the cursor.
pub(super) fn draw(scene: &Scene<'_>, painter: &mut Painter<'_>, listing: &Listing) -> Option<Place> {
    let count = listing.items.len();
    let shown = count.min(fits(scene)).max(1);
    let top = (listing.chosen + 1).saturating_sub(shown);
    let title = if listing.of_message { " links and files of this message " } else { " links and files " };
    let foot = if shown < count { format!(" {} of {count} ", listing.chosen + 1) } else { String::new() };
    let hosts = listing.items.iter().map(|item| width(&host(item))).max().unwrap_or(0).min(HOST);
    let inside = frame(scene, painter, (WIDEST, shown), title, &foot);
    let mut place = None;
    for (row, (number, item)) in (0..inside.height).zip(listing.items.iter().enumerate().skip(top)) {
        let mut look = [scene.theme.plain, scene.theme.dim, scene.theme.warning];
        if number == listing.chosen {
            look = [scene.theme.selected; 3];
            painter.style(Area { y: inside.y + row, height: 1, ..inside }, scene.theme.selected);
            place = Some((inside.x, inside.y + row));
        }
        let [plain, dim, warning] = look;
        let mut pen = Pen::on(inside, row);
        painter.field(&mut pen, 4, &format!("{:>3}", number + 1), dim);
        painter.field(&mut pen, 5, kind(item), dim);
        let room = u16::try_from(hosts.min(pen.rest() * 3 / 5)).unwrap_or(u16::MAX);
        let host = host(item);
        let style = if item.odd.is_some() || item.link.is_none() { warning } else { plain };
        painter.field(&mut pen, room, &ending(&host, room.into()), style);
        pen.skip(2);
        if let Some(odd) = item.odd {
            let words = match odd {
                Odd::Userinfo => "behind the @",
                Odd::Written | Odd::Words => "not as written",
            };
            painter.write(&mut pen, words, warning);
            pen.skip(2);
        }
        let name = sanitize_line(&item.name);
        painter.name(&mut pen, name.as_str(), plain);
        if let Some(media) = &item.media_type {
            pen.skip(1);
            painter.cut(&mut pen, sanitize_line(media).as_str(), dim);
        }
    }
    place
}

/// What it is, in our word.
const fn kind(item: &Item) -> &'static str {
    match &item.link {
        _ if item.file => "file",
        Some(link) => match link.scheme {
            Scheme::Mail => "mail",
            Scheme::Https | Scheme::Http => "link",
        },
        None => "link",
    }
}

/// The host in ASCII; that it is asked in the clear is said.
fn host(item: &Item) -> String {
    match &item.link {
        Some(link) => match link.scheme {
            Scheme::Http => format!("http {}", link.host),
            Scheme::Https | Scheme::Mail => link.host.clone(),
        },
        None => "cannot be opened".to_owned(),
    }
}

/// The end of a host that is longer than its room: what stands last says whose it is. ASCII has one cell a byte.
pub(super) fn ending(host: &str, room: usize) -> String {
    if host.len() <= room {
        return host.to_owned();
    }
    let kept = host.len() - room.saturating_sub(1).min(host.len());
    format!("…{}", host.get(kept..).unwrap_or_default())
}
