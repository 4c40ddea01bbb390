//! A small program around the terminal room, for tests in a pty: shows what it hears, and fails in every way on demand.
//!
//! Keys: `q` quits, `p` panics in the loop, `l` panics there with a literal, `t` in a task, `h` in a thread, `f` writes
//! more than a pty holds, Ctrl-Z suspends. Argument `deaf`: signals are caught and ignored, so that only the terminal itself can end it.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::layout::Position;
use ratatui::style::{Modifier, Style};
use takeover::app::{Event, Key};
use takeover::clock::Clock;
use takeover::terminal::{
    Colours, Guard, Heard, Input, Output, Screen, Signal, Signals, Tty, install_panic_hook, is_gone, mend,
};
use tokio::sync::mpsc;

/// What the loop hears.
#[expect(clippy::large_enum_variant, reason = "moved once")]
enum Word {
    Heard(Heard),
    Fault,
}

#[derive(Default)]
struct Seen {
    keys: String,
    paste: String,
    resumed: u32,
    focus: bool,
}

struct Probe {
    guard: Guard,
    terminal: Terminal<Screen<Output>>,
    input: Input,
    signals: Signals,
    seen: Seen,
    is_deaf: bool,
}

fn main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return ExitCode::from(70);
    };
    match runtime.block_on(run()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if error.downcast_ref::<io::Error>().is_some_and(is_gone) {
                // Nobody is left to read a word, and one more could block.
                return ExitCode::from(3);
            }
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<u8, Box<dyn std::error::Error>> {
    let signals = Signals::new()?;
    let (tell, mut words) = mpsc::unbounded_channel();
    let faults = tell.clone();
    install_panic_hook(move || drop(faults.send(Word::Fault)));
    let tty = Arc::new(Tty::open()?);
    let guard = Guard::enter(tty, signals.ending())?;
    let clock = Clock::system();
    let input = Input::spawn(&guard, move || clock.now().mono, move |heard| tell.send(Word::Heard(heard)).is_ok())?;
    let screen = Screen::new(guard.output(), Colours::Sixteen, |cluster| !cluster.is_ascii());
    let terminal = Terminal::new(screen)?;
    let is_deaf = std::env::args().any(|argument| argument == "deaf");
    let mut probe = Probe { guard, terminal, input, signals, seen: Seen::default(), is_deaf };
    probe.draw()?;
    loop {
        tokio::select! {
            signal = probe.signals.next() => {
                if !probe.on_signal(signal)? {
                    break;
                }
            }
            word = words.recv() => match word {
                None | Some(Word::Heard(Heard::Gone)) => return Ok(3),
                Some(Word::Fault) => return Ok(101),
                Some(Word::Heard(Heard::Event(event))) => {
                    if !probe.on_event(event)? {
                        break;
                    }
                }
            }
        }
        probe.draw()?;
    }
    probe.guard.leave();
    probe.input.stop();
    Ok(0)
}

impl Probe {
    fn on_signal(&mut self, signal: Signal) -> io::Result<bool> {
        match signal {
            Signal::Terminate | Signal::HangUp | Signal::Interrupt => return Ok(self.is_deaf),
            Signal::Resize => {}
            Signal::Continue => {
                if self.guard.reassert()? {
                    self.resumed()?;
                }
            }
            Signal::Stop => self.suspend()?,
        }
        Ok(true)
    }

    fn suspend(&mut self) -> io::Result<()> {
        if self.guard.suspend()? {
            self.resumed()?;
        }
        Ok(())
    }

    fn resumed(&mut self) -> io::Result<()> {
        self.seen.resumed += 1;
        self.input.query_sent();
        self.terminal.backend_mut().forget();
        self.terminal.clear()
    }

    fn on_event(&mut self, event: Event) -> io::Result<bool> {
        match event {
            Event::FocusChanged(has) => self.seen.focus = has,
            Event::Pasted(text) => {
                let text = text.as_raw();
                let sum = text.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
                self.seen.paste = format!("{} bytes, sum {sum:x}", text.len());
            }
            Event::KeysPressed(keys) => {
                let typed: Vec<_> = keys.iter().map(ToString::to_string).collect();
                self.seen.keys = typed.join(" ");
                for key in keys {
                    if !self.on_key(key)? {
                        return Ok(false);
                    }
                }
            }
            _ => {}
        }
        Ok(true)
    }

    #[expect(clippy::panic, reason = "that is what it is for")]
    fn on_key(&mut self, key: Key) -> io::Result<bool> {
        let visitor = "visitor-secret";
        if key == Key::char('q') {
            return Ok(false);
        } else if key == Key::char('p') {
            panic!("a fault about {visitor}");
        } else if key == Key::char('l') {
            panic!("a literal fault");
        } else if key == Key::char('t') {
            drop(tokio::spawn(async move { panic!("a fault in a task about {visitor}") }));
        } else if key == Key::char('h') {
            std::thread::spawn(move || panic!("a fault in a thread about {visitor}"));
        } else if key == Key::char('f') {
            for round in 0..1_000 {
                self.seen.keys = "flood ".repeat(10) + if round % 2 == 0 { "a" } else { "b" };
                self.terminal.clear()?;
                self.draw()?;
            }
        } else if key == Key::control('z') {
            self.suspend()?;
        }
        Ok(true)
    }

    fn draw(&mut self) -> io::Result<()> {
        let seen = &self.seen;
        let pid = std::process::id();
        let drawn = self.terminal.draw(|frame| {
            let area = frame.area();
            let lines = [
                format!("probe ready {}x{} pid {pid}.", area.width, area.height),
                format!("keys [{}]", seen.keys),
                format!("paste [{}]", seen.paste),
                format!("resumed {} focus {}", seen.resumed, seen.focus),
                "漢字 ❤\u{fe0f} end".to_owned(),
            ];
            for (row, line) in (0..area.height).zip(&lines) {
                let style = if row == 0 { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
                frame.buffer_mut().set_string(0, row, line, style);
            }
            frame.set_cursor_position(Position { x: 0, y: 1 });
            mend(frame.buffer_mut());
        });
        // While the program ends (a fault elsewhere) there is nothing to draw on; the loop hears of it by itself.
        drawn.map(drop).or_else(|error| if error.kind() == io::ErrorKind::NotConnected { Ok(()) } else { Err(error) })
    }
}
