//! Whole frames: what the thread `lights` calls for each that is due, and then the packets of all fixtures, as `leds` makes them.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use marquee::base::clock::{Clock, Stopwatch};
use marquee::base::tasks::StopFlag;
use marquee::base::vitals::Vitals;
use marquee::frame::exchange::Exchange;
use marquee::frame::leds::{LedBoard, LedFrame, ZoneFrames};
use marquee::frame::mailbox::{Mailbox, WhenFull};
use marquee::frame::picture::{Frame, Layout};
use marquee::frame::pool::FramePool;
use marquee::frame::sight::Sights;
use marquee::light::films::Films;
use marquee::light::run::{Boards, Env, engine};
use marquee::show::Show;
use marquee::show::geometry::Canvas;
use marquee::show::ids::FixtureId;
use marquee::show::light::animation::Animation;
use marquee::show::time::{FrameNumber, ShowTime};
use marquee::state::apply::apply;
use marquee::wire::artnet::ArtNet;
use marquee::wire::ddp::Ddp;
use marquee::wire::packets::Packets;
use marquee::wire::sacn::Sacn;
use serde_json::{Value, json};

use crate::finish::correction;
use crate::material::{HEIGHT, PIXELS_EACH, SIDE, WIDTH, ZONES, picture, region};
use crate::measure::{Times, line, summed_up};

const START: i64 = 1_700_000_000_000_000;
const FRAME: i64 = 16_667;
const FRAMES: i64 = 2_000;
/// Of each fixture, which is less than bright pictures want.
const LIMIT_MA: u32 = 12_000;

pub fn table() {
    let layers: [(&str, &[&str]); 4] = [
        ("frame: RAINBOW", &["RAINBOW"]),
        ("frame: PROGRAM (sampled)", &["PROGRAM"]),
        ("frame: PROGRAM, PLASMA on it, COMET on both", &["PROGRAM", "PLASMA", "COMET"]),
        ("frame: PROGRAM, PLASMA, NOISE, FIRE, SPARKLE, COMET", &["PROGRAM", "PLASMA", "NOISE", "FIRE", "SPARKLE", "COMET"]),
    ];
    for (name, animations) in layers {
        println!("{name}");
        report(&mut Hall::new(animations, "on"));
    }
    println!("frame: PROGRAM, PLASMA on it, COMET on both, rounded (as it is at 60 frames each second unless dither is on)");
    report(&mut Hall::new(&["PROGRAM", "PLASMA", "COMET"], "auto"));
    every_animation();
}

fn report(hall: &mut Hall) {
    let mut halves = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let mut whole = Vec::new();
    for _ in 0..FRAMES {
        let computed = hall.compute();
        let encoded = hall.encode();
        halves[0].push(computed);
        halves.iter_mut().skip(1).zip(encoded).for_each(|(times, time)| times.push(time));
        // Whatever protocol takes longest.
        whole.push(computed + encoded.into_iter().max().unwrap_or_default());
    }
    let names = ["  Engine::tick: effects, sampling, layers, finish", "  DDP", "  sACN", "  Art-Net"];
    for (name, times) in names.into_iter().zip(&mut halves) {
        line(name, summed_up(times), None);
    }
    line("  all of it, with the longest of these three", summed_up(&mut whole), None);
}

/// Each alone on all zones, without packets.
fn every_animation() {
    let alone = |animation: &Animation| {
        let mut hall = Hall::new(&[animation.id()], "on");
        let mut times: Vec<Duration> = (0..FRAMES / 4).map(|_| hall.compute()).collect();
        (animation.id(), summed_up(&mut times))
    };
    let mut all: Vec<(&str, Times)> = Animation::ALL.iter().map(alone).collect();
    all.sort_by(|one, other| one.1.median.total_cmp(&other.1.median));
    println!(
        "Engine::tick with one of the {} animations on all zones; the cheapest, the middle one, the dearest five",
        all.len()
    );
    let shown = [0, all.len() / 2].into_iter().chain(all.len() - 5..all.len());
    shown.for_each(|place| line(&format!("  {}", all[place].0), all[place].1, None));
}

/// `Engine::tick`.
type Tick = Box<dyn FnMut(&Show, ShowTime)>;

/// Everything that is lit, and who would send it.
struct Hall {
    show: Show,
    tick: Tick,
    ports: Vec<Port>,
    encoders: Encoders,
    now: ShowTime,
    stop: StopFlag,
}

/// Where the frames of a fixture come from, and the newest.
struct Port {
    slot: Arc<Exchange<LedFrame>>,
    frame: Box<LedFrame>,
}

struct Encoders {
    ddp: Vec<Ddp>,
    sacn: Vec<Sacn>,
    artnet: Vec<ArtNet>,
    packets: Vec<Packets>,
}

impl Drop for Hall {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl Hall {
    /// The animations lie on one another on every zone.
    fn new(animations: &[&str], dither: &str) -> Hall {
        let show = show(animations, dither);
        let (board, vitals, stop) = (Arc::new(LedBoard::default()), Arc::new(Vitals::new()), StopFlag::default());
        let frames = Mailbox::new(1, WhenFull::DropOldest);
        let directory = tempfile::tempdir().expect("a directory");
        let (films, _) = Films::start(directory.path().to_owned(), stop.clone()).expect("a thread");
        let port = |id| Port { slot: board.slot(id), frame: Box::default() };
        let ports = show.fixtures.keys().map(port).collect();
        let env = Env {
            shows: Arc::default(),
            clock: Clock::system(),
            frames: frames.clone(),
            sights: Sights::new(),
            films,
            boards: Boards { leds: board, ..Boards::default() },
            shown: ZoneFrames::default(),
            vitals: vitals.clone(),
            stop: stop.clone(),
        };
        let (mut engine, _) = engine(env).expect("a thread");
        let tick = Box::new(move |show: &Show, now| {
            engine.tick(show, now);
        });
        let (encoders, now) = (Encoders::new(), ShowTime(START));
        let mut hall = Hall { show, tick, ports, encoders, now, stop };
        hall.warm_up();
        if frames.is_wanted() {
            frames.post(program());
            while vitals.lights_sample_time.get_sample_count() == 0 {
                std::thread::yield_now();
            }
            hall.warm_up();
            let is_lit =
                |port: &Port| port.frame.bytes.len() == 3 * PIXELS_EACH && port.frame.bytes.iter().any(|byte| *byte > 0);
            assert!(hall.ports.iter().all(is_lit), "the picture is seen");
        }
        hall
    }

    fn warm_up(&mut self) {
        for _ in 0..20 {
            self.compute();
            self.encode();
        }
    }

    fn compute(&mut self) -> Duration {
        self.now = ShowTime(self.now.micros() + FRAME);
        let watch = Stopwatch::start();
        (self.tick)(&self.show, self.now);
        let time = watch.elapsed();
        for Port { slot, frame } in &mut self.ports {
            slot.give_back(std::mem::replace(frame, slot.take().expect("a frame for each fixture")));
        }
        time
    }

    fn encode(&mut self) -> [Duration; 3] {
        let Encoders { ddp, sacn, artnet, packets } = &mut self.encoders;
        [
            encoded(&self.ports, ddp, Ddp::encode, packets),
            encoded(&self.ports, sacn, Sacn::encode, packets),
            encoded(&self.ports, artnet, ArtNet::encode, packets),
        ]
    }
}

fn encoded<E>(
    ports: &[Port],
    encoders: &mut [E],
    encode: fn(&mut E, &[u8], &mut Packets),
    packets: &mut [Packets],
) -> Duration {
    let watch = Stopwatch::start();
    for ((port, encoder), packets) in ports.iter().zip(encoders).zip(packets.iter_mut()) {
        packets.clear();
        encode(encoder, &port.frame.bytes, packets);
    }
    let time = watch.elapsed();
    black_box(packets);
    time
}

impl Encoders {
    fn new() -> Encoders {
        let universe = |fixture: usize| 1 + 7 * fixture as u16;
        Encoders {
            ddp: (0..ZONES).map(|_| Ddp::new(false)).collect(),
            sacn: (0..ZONES).map(|fixture| Sacn::new([7; 16], "Marquee".to_owned(), universe(fixture))).collect(),
            artnet: (0..ZONES).map(|fixture| ArtNet::new(universe(fixture))).collect(),
            packets: (0..ZONES).map(|_| Packets::new()).collect(),
        }
    }
}

fn program() -> Frame {
    let pool = FramePool::new(Layout::new(Canvas { width: WIDTH as u32, height: HEIGHT as u32 }), 1);
    let mut painted = pool.try_take().expect("a buffer");
    for (plane, from) in painted.planes_mut().into_iter().zip(&picture()) {
        plane.copy_from_slice(from);
    }
    painted.freeze(FrameNumber(1), ShowTime(START))
}

fn show(animations: &[&str], dither: &str) -> Show {
    let mut show = Show::default();
    let mut act = |command: Value| {
        let command = serde_json::from_value(command).expect("a command");
        apply(&mut show, command, ShowTime(START - 10_000_000)).expect("it is allowed");
    };
    act(json!({"command": "change_light_settings", "patch": {"fps": 60}}));
    let mut correction = serde_json::to_value(correction()).expect("plain data");
    correction["dither"] = dither.into();
    for zone in 0..ZONES {
        let matrix = json!({"kind": "matrix", "columns": SIDE, "rows": SIDE, "wiring": {"serpentine": true}});
        let name = format!("zone-{zone:02}");
        act(json!({"command": "put_zone", "zone": {"id": name, "geometry": matrix, "region": region(zone)}}));
        act(json!({"command": "put_fixture", "fixture": {
            "id": fixture(zone), "kind": "ddp", "host": "127.0.0.1", "segments": [{"zone": name}],
            "correction": correction, "power_limit": {"limit_ma": LIMIT_MA},
        }}));
    }
    let zones: Vec<String> = (0..ZONES).map(|zone| format!("zone-{zone:02}")).collect();
    for (number, animation) in animations.iter().enumerate() {
        let blend = if number == 0 { "normal" } else { ["screen", "add", "overlay"][number % 3] };
        let start = json!({"zones": zones, "layer": format!("layer-{number}"), "blend": blend, "opacity": 0.7,
            "priority": 100 + number});
        act(json!({"command": "start_animation", "animation": animation, "start": start}));
    }
    show
}

fn fixture(zone: usize) -> FixtureId {
    FixtureId::new(&format!("fixture-{zone:02}")).expect("an id")
}
