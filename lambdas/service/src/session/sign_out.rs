//! Ends the session of this browser, or every session of its user.

use domain::limits::CLOSE_MAX;
use domain::session::{Cookie, Refusal, Request, Response, Secret};

use super::Sessions;
use crate::describe::describe;
use crate::ports::{Clock, Closing, Connections, Directory, KeySource, Members, Revocations, Sockets, TokenEndpoint};
use crate::revoke::{Revoked, end_revoked, revoke};

impl<K, E, D, T, S, C> Sessions<K, E, D, T, S, C>
where
    K: KeySource,
    E: TokenEndpoint,
    D: Directory,
    T: Revocations + Members + Connections,
    S: Sockets + Closing,
    C: Clock,
{
    /// `DELETE /session`. Works without a session too: then there is nothing left to end.
    pub(super) async fn sign_out(&self, request: &Request) -> Response {
        let owner = self.cookie_owner(request, self.clock.now()).await.ok();
        let response = self.forget(request).await;
        tracing::info!(
            sub = owner.map(|owner| tracing::field::display(owner.identity.user)),
            source = request.source.map(tracing::field::display),
            "session.ended"
        );
        response
    }

    /// `DELETE /session/all`. What fails can be done again: the cookies go last.
    pub(super) async fn sign_out_everywhere(&self, request: &Request) -> Response {
        let owner = match self.cookie_owner(request, self.clock.now()).await {
            Ok(owner) => owner,
            Err(reason) => return self.not_verified(reason, Refusal::NotSignedIn, request),
        };
        let user = &owner.identity.user;
        let standing = match self.table.not_before(user).await {
            Ok(standing) => standing.filter(|standing| standing.refuses(owner.identity.signed_in_at)),
            Err(error) => {
                tracing::error!(sub = %user, error = describe(&error), "revocation.not_read");
                return self.refused(Refusal::Unavailable, "table_unavailable", request);
            }
        };
        let revoked = match standing {
            // Its own sign-in was ended before: it may have that finished, and touches none that came after.
            Some(standing) => end_revoked(&self.table, &self.sockets, &self.clock, user, standing, CLOSE_MAX).await,
            None => {
                if let Err(error) = self.directory.sign_out_everywhere(&owner.username).await {
                    tracing::error!(sub = %user, error = describe(&error), "user.not_signed_out");
                    return self.refused(Refusal::Unavailable, "pool_unavailable", request);
                }
                revoke(&self.table, &self.sockets, &self.clock, user, CLOSE_MAX).await
            }
        };
        let source = request.source.map(tracing::field::display);
        match revoked {
            Ok(Revoked { closed }) => tracing::info!(sub = %user, closed, source, "session.ended_everywhere"),
            Err(error) => {
                tracing::error!(sub = %user, source, error = describe(&error), "session.not_ended_everywhere");
                return self.refused(Refusal::Unavailable, "connections_left", request);
            }
        }
        self.forget(request).await
    }

    async fn forget(&self, request: &Request) -> Response {
        if let Some(token) = request.cookie(Cookie::Refresh.name()) {
            self.revoke(&token).await;
        }
        Response::signed_out(self.hosted.as_ref().map(|hosted| hosted.pages.logout()))
    }

    /// As far as it goes: whoever signs out is signed out here even if the pool cannot be told.
    pub(super) async fn revoke(&self, token: &Secret) {
        let Some(hosted) = &self.hosted else { return };
        if let Err(error) = hosted.endpoint.revoke(token).await {
            tracing::warn!(error = describe(&error), "token.not_revoked");
        }
    }
}
