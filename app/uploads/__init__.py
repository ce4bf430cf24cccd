"""Uploads: bytes on their way in, resumable, with room reserved before the first one."""
