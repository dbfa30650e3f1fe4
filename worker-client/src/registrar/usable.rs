//! The registration that a login begins with.

use std::rc::Rc;

use url::Url;

use super::rows::{RegistrationRow, Rows};
use crate::{
    failure::Failure,
    platform::clock::{now, seconds},
};
use login_flow::{Client, Server};

/// A row of `registration`, opened.
pub(super) struct Registered {
    pub(super) row: RegistrationRow,
    server: Server,
    client: Client,
}

impl Registered {
    fn ends_soon(&self) -> bool {
        self.client.ends_soon(self.row.created, seconds(now()))
    }
}

impl Rows {
    /// The newest client for that redirection URI that was registered with these very endpoints and does not
    /// end soon.
    pub(super) fn usable(
        &self,
        server: &Server,
        redirect_uri: &Url,
    ) -> Result<Option<(Rc<Registered>, Client)>, Failure> {
        let is_at = |registered: &Server| registered.is_same_party(server);
        let find = || self.find_usable(redirect_uri, &is_at);
        // That of another login may be one that this login cannot use.
        let found = self.0.remembered(format!("usable {redirect_uri}"), find)?;
        let found = match found.filter(|found| is_at(&found.server) && !found.ends_soon()) {
            None => find()?.map(Rc::new),
            found => found,
        };
        let Some(found) = found else { return Ok(None) };
        let mut client = found.client.clone();
        client.is_proven = found.row.proven != 0;
        client.relaxations = self.relaxations()?;
        Ok(Some((found, client)))
    }

    // Apart from what is remembered: the platform compiles a function whole.
    #[inline(never)]
    fn find_usable(
        &self,
        redirect_uri: &Url,
        is_at: &dyn Fn(&Server) -> bool,
    ) -> Result<Option<Registered>, Failure> {
        for row in self.select(
            "WHERE redirect_uri = ? ORDER BY created DESC, rowid DESC",
            vec![redirect_uri.as_str().into()],
        )? {
            let Some(server) = row.server().filter(is_at) else { continue };
            // Its deletion has begun.
            if row.attempts > 0 {
                continue;
            }
            let Ok(client) = self.client(&row)? else { continue };
            let found = Registered { row, server, client };
            if !found.ends_soon() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
