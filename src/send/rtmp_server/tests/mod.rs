//! The server as its clients meet it: real players, the program's comings and goings, and those who mean no good.

mod hostile;
mod players;
mod program;
mod publishing;
mod support;
