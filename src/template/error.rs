//! What can be wrong with a template, or with what it is given.

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TemplateError {
    #[error("there is no template {0:?}")]
    Unknown(String),
    #[error("{field}: {why}")]
    Parameter { field: String, why: String },
    #[error("the template is not right: {0}")]
    Broken(String),
}

impl TemplateError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            TemplateError::Unknown(_) => "template_not_found",
            TemplateError::Parameter { .. } => "invalid_parameter",
            TemplateError::Broken(_) => "broken_template",
        }
    }
}
