//! What the multiview shows.
