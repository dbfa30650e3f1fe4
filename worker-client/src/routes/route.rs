//! The route of a request, below the prefix of the deployment.

use crate::{
    api::{NoRoute, Route},
    config::Config,
};

impl Config {
    /// The route of a request, or none for its method; nothing when the path is not ours.
    pub(crate) fn route(&self, path: &str, method: &str) -> Option<Result<Route, NoMethod>> {
        let path = match path.strip_prefix(&self.prefix)? {
            "" => "/",
            path => path,
        };
        match Route::of(method, path.strip_prefix('/').map(|_| path)?) {
            Ok(route) => Some(Ok(route)),
            Err(NoRoute::Method) => Some(Err(NoMethod)),
            Err(NoRoute::Path) => None,
        }
    }
}

/// A path of ours that is not asked by that method.
pub(crate) struct NoMethod;
