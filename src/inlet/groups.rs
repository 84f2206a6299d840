//! The multicast groups that a port hears.

use std::io;
use std::net::Ipv4Addr;

use socket2::{Domain, Protocol, Socket, Type};

/// A system lets a socket join only so many groups, so there are several. They are never read: what is sent to a group that
/// any of them joined comes to whichever socket has the port.
pub struct Groups {
    interface: Ipv4Addr,
    members: Vec<Socket>,
    joined: Vec<Ipv4Addr>,
}

impl Groups {
    /// `interface` is the address of the network's, or unspecified for the system's choice.
    pub fn new(interface: Ipv4Addr) -> Self {
        Self { interface, members: Vec::new(), joined: Vec::new() }
    }

    pub fn join(&mut self, group: Ipv4Addr) -> io::Result<()> {
        if self.joined.contains(&group) {
            return Ok(());
        }
        let has_room = self.members.last().is_some_and(|member| member.join_multicast_v4(&group, &self.interface).is_ok());
        if !has_room {
            let member = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
            member.join_multicast_v4(&group, &self.interface)?;
            self.members.push(member);
        }
        self.joined.push(group);
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }
}
