//! What goes from one program to another: scene collections of OBS, and shows of ours as one file. The door sends the commands.

pub mod archive;
pub mod obs;
