//! What a frame of 16,384 LEDs costs: whole, through what the lights' thread calls, and step by step, each beside the fastest
//! library that was found for it, in the same run.
//!
//! `script/bench lights`. Prints tables and asserts nothing: machines differ. One thread, 16 matrices of 32×32 on 16 fixtures.
//! Libraries get all pixels at once where that suits them better. What they leave out is said in their lines.

mod blend;
mod effect;
mod encode;
mod ffmpeg;
mod finish;
mod frame;
mod material;
mod measure;
mod picture;

fn main() {
    println!("{} LEDs, one thread; `ours is` tells what part of theirs ours takes, by the medians", material::PIXELS);
    measure::heading();
    frame::table();
    effect::table();
    picture::table();
    blend::table();
    finish::table();
    encode::table();
}
