//! Ends the sign-in of this browser, or every sign-in of its user.

use std::pin::pin;

use domain::identity::Identity;
use domain::limits::{CLOSE_MAX, SIGN_OUT_MAX};
use domain::revocation::Revocation;
use domain::session::{Cookie, Refusal, Request, Response, Secret};
use domain::token::Answer;
use futures_util::future::{Either, select};

use super::{Sessions, over};
use crate::describe::describe;
use crate::ports::{Clock, Closing, Connections, Directory, KeySource, Members, Revocations, Sockets, TokenEndpoint};
use crate::revoke::{RevokeError, Revoked, end_revoked, revoke};

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
        let owner = match self.cookie_owner(request, self.clock.now()).await {
            Ok(owner) => {
                self.end_sign_in(&owner.identity).await;
                Some(owner)
            }
            Err(reason) => {
                // Its token may hold all the same, and nobody can tell whose it is.
                if reason.answer() == Answer::Unavailable {
                    tracing::error!(reason = reason.as_str(), "sign_in.not_ended");
                }
                None
            }
        };
        let response = self.forget(request).await;
        tracing::info!(
            sub = owner.map(|owner| tracing::field::display(owner.identity.user)),
            source = request.source.map(tracing::field::display),
            "session.ended"
        );
        response
    }

    /// Lets the token, and every other of this sign-in, open nothing any more, and ends what they opened. As far as it goes:
    /// whoever signs out is signed out here even if the table does not answer.
    async fn end_sign_in(&self, identity: &Identity) {
        let Some(jti) = identity.origin_jti.clone() else {
            return;
        };
        let (user, one) = (&identity.user, Revocation::SignIn(jti));
        let revoked = pin!(revoke(&self.table, &self.sockets, &self.clock, user, &one, CLOSE_MAX));
        let limit = pin!(self.clock.sleep(SIGN_OUT_MAX));
        let revoked = match select(revoked, limit).await {
            Either::Left((revoked, _)) => revoked,
            Either::Right(_) => Err(RevokeError::OutOfTime),
        };
        if let Err(error) = revoked {
            tracing::error!(sub = %user, error = describe(&error), "sign_in.not_ended");
        }
    }

    /// `DELETE /session/all`. What fails can be done again: the cookies go last.
    pub(super) async fn sign_out_everywhere(&self, request: &Request) -> Response {
        let owner = match self.cookie_owner(request, self.clock.now()).await {
            Ok(owner) => owner,
            Err(reason) => return self.not_verified(reason, Refusal::NotSignedIn, request),
        };
        let user = &owner.identity.user;
        let standing = match self.revocation(&owner.identity).await {
            Ok(standing) => standing,
            Err((refusal, reason)) => return self.refused(refusal, reason, request),
        };
        let revoked = match standing {
            // Ended by itself, it speaks for no other sign-in.
            Some(Revocation::SignIn(_)) => return over(self.refused(Refusal::SignedOut, "revoked", request)),
            // Ended with all others of its time: it may have that finished, and touches none that came after.
            Some(standing @ Revocation::Before(_)) => {
                end_revoked(&self.table, &self.sockets, &self.clock, user, &standing, CLOSE_MAX).await
            }
            None => {
                if let Err(error) = self.directory.sign_out_everywhere(&owner.username).await {
                    tracing::error!(sub = %user, error = describe(&error), "user.not_signed_out");
                    return self.refused(Refusal::Unavailable, "pool_unavailable", request);
                }
                let all = Revocation::of_all(self.clock.now());
                revoke(&self.table, &self.sockets, &self.clock, user, &all, CLOSE_MAX).await
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
