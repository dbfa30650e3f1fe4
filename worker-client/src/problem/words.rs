use login_flow::Step;

use crate::failure::{AppFailure, Failure, HostFailure, ServerFailure, UserFailure};

/// The title and the next step.
pub(super) fn words(failure: &Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::App(failure) => of_app(failure),
        Failure::Host(failure) => of_host(failure),
        Failure::Server(failure) => of_server(failure),
        Failure::User(failure) => of_user(failure),
    }
}

/// The particulars.
pub(super) fn detail(failure: &Failure) -> Box<str> {
    match failure {
        Failure::App(failure) => match failure {
            AppFailure::Internal { .. } => "".into(),
            AppFailure::Interrupted { .. } => "Nothing is lost.".into(),
            AppFailure::Misconfigured { .. } => "Its log says which setting is missing or wrong.".into(),
            AppFailure::NewerRows => "Nothing was read or changed.".into(),
        },
        Failure::Host(failure) => match failure {
            HostFailure::Closed(reason) => reason.to_string().into(),
            HostFailure::ExternalAuthorizationServer { resource_metadata } => {
                format!("It points to {resource_metadata}.").into()
            }
            HostFailure::NoMetadata => "It publishes no OAuth metadata (RFC 8414).".into(),
        },
        Failure::Server(failure) => match failure {
            ServerFailure::LoginRefused(reason)
            | ServerFailure::MalformedAnswer(reason)
            | ServerFailure::NoToken(reason)
            | ServerFailure::NotRegistered(reason)
            | ServerFailure::Unreachable(reason)
            | ServerFailure::Unreadable(reason)
            | ServerFailure::Unusable(reason) => reason.to_string().into(),
            ServerFailure::NoRegistration => "Its metadata has no registration_endpoint (RFC 7591).".into(),
            ServerFailure::RegistersInVain => "It is not asked again for ten minutes.".into(),
            ServerFailure::TryLater { step, reason, .. } => {
                let kept = match step {
                    Step::Refresh => "The connection is kept. Nothing is lost.",
                    _ => "Nothing is lost.",
                };
                reason.as_ref().map_or_else(|| kept.into(), |reason| format!("{kept} ({reason})").into())
            }
            ServerFailure::WrongIssuer => {
                "Nothing was sent to it. Somebody may be trying to mix up two logins.".into()
            }
        },
        Failure::User(failure) => detail_of_user(failure),
    }
}

fn detail_of_user(failure: &UserFailure) -> Box<str> {
    match failure {
        UserFailure::InvalidHost(reason)
        | UserFailure::Refused(reason)
        | UserFailure::Unreachable(reason)
        | UserFailure::UnreadableRequest(reason) => reason.to_string().into(),
        UserFailure::ConsentRefused { says: None } => "The host answered access_denied.".into(),
        UserFailure::ConsentRefused { says: Some(words) } => {
            format!("The host answered access_denied and says {words}.").into()
        }
        UserFailure::CrossSite | UserFailure::TooManyRequests => "Nothing was done.".into(),
        UserFailure::LoginAgain { .. } => "Its tokens were refused.".into(),
        UserFailure::NeedsConsent { scope, .. } if !scope.is_empty() => {
            format!("It asks for: {scope}").into()
        }
        UserFailure::NotAgreed => {
            "You have not said that the two belong together, so nothing was done.".into()
        }
        UserFailure::UnknownLogin => {
            "It is unknown, it has expired, it was completed already, or it began in another browser.".into()
        }
        UserFailure::Open => "It answers an MCP client without a token.".into(),
        UserFailure::MethodNotAllowed
        | UserFailure::NeedsConsent { .. }
        | UserFailure::NoConnection { .. }
        | UserFailure::NoSession { .. }
        | UserFailure::NotFound
        | UserFailure::TooManyConnections => "".into(),
    }
}

fn of_app(failure: &AppFailure) -> (&'static str, &'static str) {
    match failure {
        AppFailure::Internal { .. } => {
            ("Something went wrong in this app", "Try again; if it fails again, tell whoever runs this app.")
        }
        AppFailure::Interrupted { .. } => ("This app was interrupted", "Try again in a moment."),
        AppFailure::Misconfigured { .. } => ("This app is not configured yet", "Tell whoever runs this app."),
        AppFailure::NewerRows => {
            ("What is stored was written by a newer version of this app", "Deploy the newer version again.")
        }
    }
}

fn of_host(failure: &HostFailure) -> (&'static str, &'static str) {
    match failure {
        HostFailure::Closed(_) => (
            "The host refuses to be asked how to log in",
            "Ask the host's operator to let requests for its well-known documents through.",
        ),
        HostFailure::ExternalAuthorizationServer { .. } => (
            "The host leaves logging in to another server",
            "Name the authorization server itself, or ask the host to publish RFC 8414 metadata.",
        ),
        HostFailure::NoMetadata => (
            "The host does not say how to log in",
            "Check the address; if it is right, the host does not support logging in from other apps.",
        ),
    }
}

fn of_server(failure: &ServerFailure) -> (&'static str, &'static str) {
    match failure {
        ServerFailure::LoginRefused(_) => ("The host refused the login", AGAIN),
        ServerFailure::MalformedAnswer(_) => ("The host's answer cannot be used", AGAIN),
        ServerFailure::NoRegistration => (
            "The host does not let new apps register",
            "Ask the host's operator to offer dynamic client registration.",
        ),
        ServerFailure::NoToken(_) => ("The host did not issue a token", AGAIN),
        ServerFailure::NotRegistered(_) => {
            ("The host did not register this app", "Tell the host's operator what it answered.")
        }
        ServerFailure::RegistersInVain => (
            "The host keeps forgetting that this app is registered",
            "Tell the host's operator, or try again later.",
        ),
        ServerFailure::TryLater { step, is_lasting, .. } => {
            let title = match step {
                Step::Metadata => "The host cannot answer at the moment",
                Step::Registration => "The host cannot register this app at the moment",
                Step::CodeExchange => "The host cannot complete a login at the moment",
                Step::Refresh | Step::Revocation | Step::ClientConfiguration => {
                    "The host cannot renew this connection at the moment"
                }
            };
            let remedy = match (step, is_lasting) {
                (Step::CodeExchange, _) => "Start the login again in a moment.",
                (_, true) => "Try again later, or log in to the host again.",
                (_, false) => "Try again in a moment.",
            };
            (title, remedy)
        }
        ServerFailure::Unreachable(_) => (
            "The host does not answer as it should",
            "Try again later; if it fails again, tell the server's operator.",
        ),
        ServerFailure::Unreadable(_) => {
            ("The host's way to log in cannot be read", "Tell the host's operator; this app cannot mend it.")
        }
        ServerFailure::Unusable(_) => {
            ("The host's way to log in cannot be used", "Tell the host's operator; this app cannot mend it.")
        }
        ServerFailure::WrongIssuer => ("Another server answered than the one that was asked", AGAIN),
    }
}

fn of_user(failure: &UserFailure) -> (&'static str, &'static str) {
    match failure {
        UserFailure::ConsentRefused { .. } => {
            ("You, or the host, refused the login", "Start again and agree, if you want to connect.")
        }
        UserFailure::CrossSite => {
            ("This request did not come from this app's own page", "Start again from the start page.")
        }
        UserFailure::InvalidHost(_) => (
            "That is not a host this app can log in to",
            "Type a host such as good.example, or an https URL.",
        ),
        UserFailure::LoginAgain { .. } => {
            ("The host no longer accepts this connection", "Log in to the host again.")
        }
        UserFailure::MethodNotAllowed => ("This address is not used that way", "Go back to the start page."),
        UserFailure::NeedsConsent { .. } => (
            "The host asks for more than you have agreed to",
            "Log in again and agree to it, if you want to.",
        ),
        UserFailure::NoConnection { .. } => {
            ("You are not connected to that host", "Name the host on the start page and log in.")
        }
        UserFailure::NoSession { .. } => {
            ("You are not logged in to anything from this browser", "Name the host on the start page.")
        }
        UserFailure::NotAgreed => (
            "Another site would issue the token",
            "Start the login again, and tick the box only if you know that they do.",
        ),
        UserFailure::NotFound => ("There is nothing here", "Go back to the start page."),
        UserFailure::Open => ("The host needs no login", "Use it without one."),
        UserFailure::Refused(_) => {
            ("This address may not be asked", "Name a public host, such as good.example.")
        }
        UserFailure::TooManyConnections => {
            ("This account holds as many connections as it can", "Disconnect one that you no longer use.")
        }
        UserFailure::TooManyRequests => {
            ("Too many hosts were asked in a short time", "Try again in a minute.")
        }
        UserFailure::UnknownLogin => ("This login cannot be completed here", "Start the login again."),
        UserFailure::Unreachable(_) => {
            ("The host does not answer", "Check the spelling of the host, or try again later.")
        }
        UserFailure::UnreadableRequest(_) => {
            ("The request cannot be read", "Start again from the start page.")
        }
    }
}

const AGAIN: &str = "Start the login again; if it fails again, tell the server's operator what it answered.";
