#!/bin/sh
# Run once, by the Postgres image, when its volume is empty: the role that owns the service's schema, and its database.
# The role may make other roles, as the migrations must, and is no superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$TUNEWRIGHT_OWNER_PASSWORD" --username="$POSTGRES_USER" <<'SQL'
CREATE ROLE tw_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE tunewright OWNER tw_owner;
SQL
