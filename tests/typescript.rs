//! What TypeScript makes of the OpenAPI document: docs/marquee.d.ts, for whoever writes a client in it.

use std::path::Path;

use crate::support::npm;

const OPENAPI: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
const TYPES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/marquee.d.ts");

/// Fields with a default may be left out of what is sent; an object of which nothing is known may hold anything.
const AS_WE_MEAN_IT: [&str; 3] = ["--empty-objects-unknown", "--default-non-nullable", "false"];

#[test]
fn the_types_are_those_of_the_openapi_document() {
    let Some(mut generator) = npm::node("node_modules/openapi-typescript/bin/cli.js") else { return };
    let fresh = tempfile::NamedTempFile::with_suffix(".d.ts").unwrap();
    npm::succeeds(generator.arg(OPENAPI).args(AS_WE_MEAN_IT).arg("-o").arg(fresh.path()));
    let fresh = std::fs::read_to_string(fresh.path()).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(TYPES, &fresh).unwrap();
    }
    assert!(std::fs::read_to_string(TYPES).is_ok_and(|copy| copy == fresh), "run the tests typescript with UPDATE=1");
}

#[test]
fn a_client_that_uses_them_compiles_and_its_mistakes_do_not() {
    let Some(mut compiler) = npm::node("node_modules/typescript/bin/tsc") else { return };
    let client = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/client.ts");
    std::fs::copy(source, client.path().join("client.ts")).unwrap();
    std::fs::copy(TYPES, client.path().join("marquee.d.ts")).unwrap();
    compiler.args(["--strict", "--noEmit", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"]);
    npm::succeeds(compiler.args(["--lib", "es2022,dom"]).arg(client.path().join("client.ts")));
}
