//! Users: who there is, with which password, in which role.

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::time::ShowTime;

use super::Identity;
use super::book::{Book, User, user_key};
use super::error::IdentityError;
use super::password::{StoredPassword, check_length};
use super::register::on_blocking_thread;
use super::role::Role;
use super::secret::easy_password;

/// The file is written whole at every login, and a crew of a thousand needs a directory service anyway.
pub const MAX_USERS: usize = 1_000;

const FIRST_ADMIN: &str = "admin";

/// What may be shown of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UserView {
    pub name: String,
    pub role: Role,
    /// Milliseconds of Unix time.
    pub created_at: i64,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self { name: user.name.clone(), role: user.role, created_at: user.created_at.millis() }
    }
}

impl Identity {
    /// On the first start beyond this machine: makes `admin`, with `password` or a random one, and returns that password. None
    /// if there are users already.
    pub async fn make_first_admin(&self, password: Option<&str>) -> Result<Option<String>, IdentityError> {
        if !self.0.register.fresh_book().users.is_empty() {
            return Ok(None);
        }
        let password = password.map_or_else(easy_password, str::to_owned);
        let stored = self.hash(&password).await?;
        let add = move |book: &mut Book, now| match book.users.is_empty() {
            true => book.add_user(FIRST_ADMIN, stored, Role::Admin, now).map(|_| Some(password)),
            false => Ok(None),
        };
        self.0.register.change(add).await
    }

    pub fn users(&self) -> Vec<UserView> {
        self.0.register.book().users.values().map(UserView::from).collect()
    }

    /// Whether a user of this name could be added, to be asked before somebody types a password for them.
    pub fn check_new_name(&self, name: &str) -> Result<(), IdentityError> {
        self.0.register.fresh_book().check_room_for(name).map(|_| ())
    }

    pub async fn add_user(&self, name: &str, password: &str, role: Role) -> Result<UserView, IdentityError> {
        // Asked first, because hashing a password for nothing is dear.
        self.check_new_name(name)?;
        let stored = self.hash(password).await?;
        let name = name.to_owned();
        let added = self.0.register.change(move |book, now| book.add_user(&name, stored, role, now)).await?;
        tracing::info!(user = %added.name, %role, "a user was added");
        Ok(added)
    }

    /// Ends that user's sessions: whoever knew the old password may have some of them.
    pub async fn set_password(&self, name: &str, password: &str) -> Result<(), IdentityError> {
        self.0.register.fresh_book().user(name)?;
        let stored = self.hash(password).await?;
        let name = name.to_owned();
        let changed = self.0.register.change(move |book, _| book.set_password(&name, stored)).await?;
        tracing::info!(user = %changed.name, "a password was changed");
        Ok(())
    }

    pub async fn set_role(&self, name: &str, role: Role) -> Result<UserView, IdentityError> {
        let name = name.to_owned();
        let changed = self.0.register.change(move |book, _| book.set_role(&name, role)).await?;
        tracing::info!(user = %changed.name, %role, "a role was changed");
        Ok(changed)
    }

    /// Both or neither.
    pub async fn change_user(
        &self,
        name: &str,
        role: Option<Role>,
        password: Option<&str>,
    ) -> Result<UserView, IdentityError> {
        self.0.register.fresh_book().user(name)?;
        let stored = match password {
            Some(password) => Some(self.hash(password).await?),
            None => None,
        };
        let (name, is_new) = (name.to_owned(), stored.is_some());
        let change = move |book: &mut Book, _: ShowTime| {
            if let Some(role) = role {
                book.set_role(&name, role)?;
            }
            if let Some(stored) = stored {
                book.set_password(&name, stored)?;
            }
            book.user(&name).map(|(_, user)| UserView::from(user))
        };
        let changed = self.0.register.change(change).await?;
        tracing::info!(user = %changed.name, role = %changed.role, password = is_new, "a user was changed");
        Ok(changed)
    }

    pub async fn remove_user(&self, name: &str) -> Result<(), IdentityError> {
        let name = name.to_owned();
        let removed = self.0.register.change(move |book, _| book.remove_user(&name)).await?;
        tracing::info!(user = %removed.name, "a user was removed");
        Ok(())
    }

    async fn hash(&self, password: &str) -> Result<StoredPassword, IdentityError> {
        check_length(password)?;
        let turn = self.0.passwords.turn().await?;
        let (parts, password) = (self.0.clone(), password.to_owned());
        on_blocking_thread(move || {
            let _turn = turn;
            Ok(parts.passwords.hash(&password))
        })
        .await
    }
}

impl Book {
    fn check_room_for(&self, name: &str) -> Result<String, IdentityError> {
        let key = user_key(name)?;
        match self.users.get(&key) {
            Some(user) => Err(IdentityError::UserExists(user.name.clone())),
            None if self.users.len() >= MAX_USERS => Err(IdentityError::TooManyUsers),
            None => Ok(key),
        }
    }

    fn add_user(
        &mut self,
        name: &str,
        password: StoredPassword,
        role: Role,
        now: ShowTime,
    ) -> Result<UserView, IdentityError> {
        let key = self.check_room_for(name)?;
        let user = User { name: name.to_owned(), role, password, created_at: now };
        let view = UserView::from(&user);
        self.users.insert(key, user);
        Ok(view)
    }

    fn user(&self, name: &str) -> Result<(String, &User), IdentityError> {
        let key = user_key(name)?;
        let user = self.users.get(&key).ok_or_else(|| IdentityError::UserNotFound(name.to_owned()))?;
        Ok((key, user))
    }

    /// The user, if the house still has an admin without them.
    fn dispensable_user(&self, name: &str) -> Result<(String, &User), IdentityError> {
        let (key, user) = self.user(name)?;
        let is_admin = |user: &User| user.role == Role::Admin;
        let is_last = is_admin(user) && self.users.values().filter(|user| is_admin(user)).count() == 1;
        if is_last { Err(IdentityError::LastAdmin(user.name.clone())) } else { Ok((key, user)) }
    }

    fn set_password(&mut self, name: &str, password: StoredPassword) -> Result<UserView, IdentityError> {
        let (key, user) = self.user(name)?;
        let user = User { password, ..user.clone() };
        let view = UserView::from(&user);
        self.sessions.retain(|_, session| session.user != key);
        self.users.insert(key, user);
        Ok(view)
    }

    fn set_role(&mut self, name: &str, role: Role) -> Result<UserView, IdentityError> {
        let (key, user) = if role == Role::Admin { self.user(name)? } else { self.dispensable_user(name)? };
        let user = User { role, ..user.clone() };
        let view = UserView::from(&user);
        self.users.insert(key, user);
        Ok(view)
    }

    fn remove_user(&mut self, name: &str) -> Result<UserView, IdentityError> {
        let (key, user) = self.dispensable_user(name)?;
        let view = UserView::from(user);
        self.users.remove(&key);
        // Not only tidiness: a later user of the same name must not find them.
        self.sessions.retain(|_, session| session.user != key);
        Ok(view)
    }
}
