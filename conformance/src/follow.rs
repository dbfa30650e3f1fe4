use http::StatusCode;
use login_flow::{Actor, Egress, InvalidHost, LoginTarget, Verdict, get};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    report::Report,
    session::{Failure, Limit, Session},
    text::bounded,
};

/// The authorization servers that a host names, and the reason why one of them, or all, are not checked.
#[derive(Default)]
pub(crate) struct Followed {
    pub(crate) servers: Vec<String>,
    pub(crate) not_followed: Option<NotFollowed>,
}

/// Reads the protected resource metadata that the verdict of a report points to (RFC 9728 §2), if it points to any.
pub(crate) async fn named_servers(session: &Session<'_>, egress: &Egress, report: &Report) -> Followed {
    let Verdict::ExternalAuthorizationServer { resource_metadata } = &report.verdict else {
        return Followed::default();
    };
    match document(session, resource_metadata).await {
        Ok(document) => Followed::of(&document, egress, &report.resource),
        Err(why) => Followed { not_followed: Some(why), ..Followed::default() },
    }
}

async fn document(session: &Session<'_>, url: &str) -> Result<Map<String, Value>, NotFollowed> {
    let request = Url::parse(url).ok().and_then(|url| get(&url, "application/json"));
    let request = request.ok_or(NotFollowed::NotAUrl)?;
    let response = session.send(request, Limit::Json).await?;
    match response.status() {
        StatusCode::OK => serde_json::from_slice(response.body()).map_err(|_| NotFollowed::NotAnObject),
        status => Err(NotFollowed::Status(status)),
    }
}

impl Followed {
    fn of(document: &Map<String, Value>, egress: &Egress, resource: &str) -> Self {
        let named = document.get("authorization_servers").and_then(Value::as_array);
        let (mut followed, mut resources) = (Self::default(), Vec::new());
        for server in named.into_iter().flatten().filter_map(Value::as_str) {
            let server = bounded(server, 2048);
            match LoginTarget::parse(&server, egress).map(|target| target.resource()) {
                Err(invalid) => followed.not_followed = Some(NotFollowed::Server { server, invalid }),
                Ok(named) if named == resource => followed.not_followed = Some(NotFollowed::Itself),
                Ok(named) if resources.contains(&named) => {}
                Ok(_) if resources.len() == MAX_SERVERS => followed.not_followed = Some(NotFollowed::TooMany),
                Ok(named) => {
                    resources.push(named);
                    followed.servers.push(server);
                }
            }
        }
        if followed.servers.is_empty() {
            followed.not_followed.get_or_insert(NotFollowed::NoServers);
        }
        followed
    }
}

/// The reason why an authorization server that a host points to is not checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotFollowed {
    #[error("it names this URL as its authorization server, which publishes no metadata")]
    Itself,
    #[error("the metadata of the resource names no `authorization_servers`")]
    NoServers,
    #[error("the metadata of the resource is no JSON object")]
    NotAnObject,
    #[error("the pointer is no URL that can be requested")]
    NotAUrl,
    #[error("the metadata of the resource: {0}")]
    NotReceived(#[from] Failure),
    #[error("its authorization server `{server}` cannot be asked: {invalid}")]
    Server { server: String, invalid: InvalidHost },
    #[error("the metadata of the resource is answered with {0}, not with 200")]
    Status(StatusCode),
    #[error("more than {MAX_SERVERS} authorization servers are named; those are checked")]
    TooMany,
}

impl NotFollowed {
    /// The party that must act, if it is known.
    pub(crate) fn actor(&self) -> Option<Actor> {
        match self {
            Self::NotReceived(_) | Self::TooMany => None,
            Self::Itself
            | Self::NoServers
            | Self::NotAnObject
            | Self::NotAUrl
            | Self::Server { .. }
            | Self::Status(_) => Some(Actor::Host),
        }
    }
}

const MAX_SERVERS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn servers_that_can_be_asked_once() {
        for (servers, followed, why) in [
            (json!(["https://as.example", "https://as.example/"]), &["https://as.example"][..], ""),
            (json!(["https://rs.example/mcp"]), &[], "it names this URL as its authorization server"),
            (json!(["http://as.example", 7]), &[], "`http://as.example` cannot be asked"),
            (json!(7), &[], "names no `authorization_servers`"),
        ] {
            let document = json!({"authorization_servers": servers});
            let read =
                Followed::of(document.as_object().unwrap(), &Egress::public(), "https://rs.example/mcp");
            assert_eq!(read.servers, followed, "{servers}");
            let told = read.not_followed.map(|why| why.to_string()).unwrap_or_default();
            assert!(told.contains(why) && told.is_empty() == why.is_empty(), "{told}");
        }
    }
}
