"""What is checked before a deploy: quotas, permissions, the certificate."""
