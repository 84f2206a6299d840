//! The one integration binary. A new test goes into the file of what it is about; one that starts a server takes it from
//! `support`, and one that runs for minutes goes into `soak` with a short form.

mod architecture;
mod stream;
mod support;
