//! `marquee render`, as the command line has it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::render::request::{self, Coding, Rate, Request};
use crate::show::geometry::Canvas;
use crate::show::stream::Preset;
use crate::show::time::Fps;

pub const NAME: &str = "render";

pub fn command() -> Command {
    let arg =
        |name: &'static str, value: &'static str, help: &'static str| Arg::new(name).long(name).value_name(value).help(help);
    Command::new(NAME)
        .about("Paint a stretch of a show again, at any size, without a server")
        .arg(
            Arg::new("source")
                .value_name("SOURCE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A data directory, a .score file that was fetched, or an exported show (.tar)"),
        )
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FILE")
                .required(true)
                .value_parser(request::output)
                .help("What is written: .mp4, .mkv, .y4m (exact), .wav (sound alone), or a directory's %d.png"),
        )
        .arg(
            arg(
                "from",
                "TIME",
                "Its first instant: 2026-01-31T23:59:59Z, milliseconds of Unix time, or -90s (from the end)",
            )
            .allow_hyphen_values(true)
            .value_parser(request::when),
        )
        .arg(arg("to", "TIME", "Its end, likewise").allow_hyphen_values(true).value_parser(request::when))
        .arg(
            arg("seconds", "N", "How long it is; with neither of the others, the last so many seconds")
                .value_parser(request::seconds),
        )
        .arg(
            arg("size", "WIDTHxHEIGHT", "As large as this, drawn anew and not scaled [default: as the show is]")
                .value_parser(request::size),
        )
        .arg(arg("fps", "N", "Frames a second [default: as the show has]").value_parser(request::fps))
        .arg(
            arg("quality", "N", "Of the picture, as x264 counts it: 1 is best, 51 is worst [default: 18]")
                .value_parser(value_parser!(u32).range(1..=51)),
        )
        .arg(
            arg("bitrate", "KBPS", "Of the picture, in place of a quality")
                .conflicts_with("quality")
                .value_parser(value_parser!(u32).range(50..=500_000)),
        )
        .arg(
            arg("preset", "NAME", "How much the encoder tries: ultrafast to medium")
                .default_value("veryfast")
                .value_parser(request::preset),
        )
        .arg(
            arg("audio-bitrate", "KBPS", "Of the sound")
                .default_value("192")
                .value_parser(value_parser!(u32).range(32..=512)),
        )
        .arg(
            arg("assets", "DIR", "Where assets lie [default: where the source has them]")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(Arg::new("overwrite").long("overwrite").action(ArgAction::SetTrue).help("Replace what is there by that name"))
}

pub fn request(matches: &ArgMatches) -> Request {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let number = |name: &str| matches.get_one::<u32>(name).copied();
    let rate = match number("bitrate") {
        Some(kbps) => Rate::Bitrate(kbps),
        None => Rate::Quality(number("quality").unwrap_or(18)),
    };
    let preset = matches.get_one::<Preset>("preset").copied().unwrap_or(Preset::Veryfast);
    Request {
        source: path("source").expect("clap lets it through only with its arguments"),
        output: path("output").expect("clap lets it through only with its arguments"),
        assets: path("assets"),
        from: matches.get_one("from").copied(),
        to: matches.get_one("to").copied(),
        length: matches.get_one::<Duration>("seconds").copied(),
        size: matches.get_one::<Canvas>("size").copied(),
        fps: matches.get_one::<Fps>("fps").copied(),
        coding: Coding { rate, preset, sound: number("audio-bitrate").unwrap_or(192) },
        overwrite: matches.get_flag("overwrite"),
    }
}
