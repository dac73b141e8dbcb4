-- A user who was deleted while being added to a group stayed a member. Such members were counted,
-- and made pages of members short.

-- +goose Up
DELETE FROM group_members WHERE (organization_id, user_number) IN
	(SELECT organization_id, number FROM users WHERE user_key IS NULL);
